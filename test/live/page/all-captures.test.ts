import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { snapshotOf } from "../../../src/live/page/canonical.ts";
import { parseMetrics } from "../../../src/live/page/metrics-text.ts";
import { LiveSeries } from "../../../src/live/series/series.ts";
import type { Family } from "../../../src/live/snapshot.ts";
import { watchLine } from "../../../src/live/watch-line.ts";
import { captureTime } from "./captures.ts";

const root = fileURLToPath(new URL("../../../../shared/data/metrics/captures/", import.meta.url));
const present = existsSync(root);
if (!present) console.log("test/live/all-captures: the full set of captures is not here; only the committed extracts were read");
const folders = present
  ? readdirSync(root).filter((name) => name.startsWith("vllm") || name.startsWith("llm-d") || name === "llama.cpp")
  : [];

describe.runIf(present)("every capture", () => {
  const pages = folders.map((folder) => ({
    folder,
    scrapes: readdirSync(`${root}${folder}`)
      .filter((name) => name.endsWith(".prom"))
      .map((name) => ({ name, time: captureTime(name), page: parseMetrics(readFileSync(`${root}${folder}/${name}`, "utf8")) }))
      .sort((a, b) => a.time - b.time),
  }));

  it("is read without a complaint, into a known server and lines of numbers or null", () => {
    expect(pages.reduce((sum, { scrapes }) => sum + scrapes.length, 0)).toBe(45);
    for (const { folder, scrapes } of pages) {
      const series = new LiveSeries();
      for (const { name, time, page } of scrapes) {
        expect([name, page.problems]).toEqual([name, []]);
        const point = series.push(snapshotOf(page, time));
        expect(point.snapshot?.server.kind).toBe(folder === "llama.cpp" ? "llama.cpp" : "vllm");
        expect(JSON.stringify(watchLine(point))).not.toMatch(/NaN|Infinity/);
        for (const window of Object.values(point.windows))
          if (window.p50 !== null && window.p99 !== null) expect(window.p50).toBeLessThanOrEqual(window.p99);
      }
      expect(series.points.filter(({ state }) => state === "restarted")).toHaveLength(folder.endsWith("restart") ? 1 : 0);
    }
  });

  it("keeps vLLM's own sums: waiting by reason, prompt tokens by source, births as gauges", () => {
    for (const { folder, scrapes } of pages.filter(({ folder: name }) => name.startsWith("vllm"))) {
      for (const { page } of scrapes) {
        expect(sum(page.families.get("vllm:num_requests_waiting_by_reason")), folder).toBe(
          sum(page.families.get("vllm:num_requests_waiting")),
        );
        expect(sum(page.families.get("vllm:prompt_tokens_by_source_total"))).toBe(sum(page.families.get("vllm:prompt_tokens_total")));
        for (const family of page.families.values()) if (family.name.endsWith("_created")) expect(family.type).toBe("gauge");
      }
    }
  });

  it("moves cache usage in steps of one block, the first block kept", () => {
    for (const { folder, steps } of [
      { folder: "vllm-0.32.0-cpu-saturation", steps: 23 },
      { folder: "vllm-0.32.0-cpu-dp2", steps: 63 },
    ]) {
      for (const { page } of pages.find((one) => one.folder === folder)?.scrapes ?? []) {
        for (const { value } of page.families.get("vllm:kv_cache_usage_perc")?.samples ?? [])
          expect(Math.abs(value * steps - Math.round(value * steps))).toBeLessThan(1e-9);
      }
    }
  });

  it("is parsed fast enough to be read every second", () => {
    const text = readFileSync(
      `${root}vllm-0.32.0-cpu-dp2/${pages.find(({ folder }) => folder === "vllm-0.32.0-cpu-dp2")?.scrapes[0]?.name}`,
      "utf8",
    );
    parseMetrics(text);
    const started = performance.now();
    for (let i = 0; i < 10; i++) snapshotOf(parseMetrics(text), i);
    expect((performance.now() - started) / 10).toBeLessThan(60);
  });
});

function sum(family: Family | undefined): number {
  return (family?.samples ?? []).reduce((total, { value }) => total + value, 0);
}
