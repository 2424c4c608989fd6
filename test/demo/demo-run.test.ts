import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { defaultDeployment } from "../../src/demo/default-deployment.ts";
import { defaultDemoRun, demoRunOf } from "../../src/demo/demo-run.ts";
import { startDemo } from "../../src/demo/server.ts";
import { metricsUrl } from "../../src/live/sources/metrics-url.ts";
import { loadCatalog } from "../../src/platform/catalog-files.ts";
import { scrapeOnce } from "../../src/platform/scrape-once.ts";
import { normaliseUrl } from "../../src/platform/url.ts";

const catalog = loadCatalog(fileURLToPath(new URL("../../src/catalog/data/", import.meta.url)));

describe("the built-in run", () => {
  it("needs no file, and keeps up with its load", async () => {
    const run = defaultDemoRun(catalog);
    expect(run).toMatchObject({ model: "meta-llama/Llama-3.3-70B-Instruct", version: "0.11.0", maxModelLen: 32768 });
    expect(run.report.summary.requests).toBeGreaterThanOrEqual(60);
    expect(run.report.saturated).toBeNull();
    let now = 0;
    const server = await startDemo({ ...run, now: () => now });
    try {
      now = 60_000;
      const look = await scrapeOnce(metricsUrl(normaliseUrl(server.url), "demo"), () => undefined);
      if (typeof look === "string") throw new Error(look);
      const { identity, point } = look;
      const snapshot = point.snapshot;
      expect(identity.version).toBe("0.11.0");
      expect(snapshot?.gauges.requests_running).toBeGreaterThan(0);
      expect(snapshot?.counters.generation_tokens_total).toBeGreaterThan(0);
      expect(snapshot?.cacheConfig?.num_gpu_blocks).toBe(String(run.report.memory.kvCacheBlocks));
    } finally {
      await server.close();
    }
  });

  it("says why a file cannot be played", () => {
    expect(() => demoRunOf("a: 1\n", "a.yaml", catalog)).toThrow("a.yaml holds no deployment");
    expect(() => demoRunOf(defaultDeployment, "demo.yaml", catalog, "other")).toThrow("demo.yaml holds no deployment other");
    expect(() => demoRunOf(defaultDeployment.replace("gpu=H100-SXM-80GB ", ""), "demo.yaml", catalog)).toThrow(
      /^llama-70b-shift cannot be played: .*GPU/,
    );
  });
});
