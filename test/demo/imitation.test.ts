import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { defaultDemoRun } from "../../src/demo/demo-run.ts";
import { Imitation, type ImitationOptions } from "../../src/demo/imitation.ts";
import { sglangDialect } from "../../src/demo/sglang-wire.ts";
import { vllmDialect } from "../../src/demo/vllm-wire.ts";
import { familiesOf } from "../../src/demo/wire.ts";
import { plain } from "../../src/deployment/message.ts";
import { compareVersions, parseVersion } from "../../src/deployment/version.ts";
import { parseMetrics } from "../../src/live/page/metrics-text.ts";
import { readPage } from "../../src/live/page/read-page.ts";
import { sglangServerInfo } from "../../src/live/running/sglang.ts";
import { LiveSeries } from "../../src/live/series/series.ts";
import { testCatalog } from "../support/catalog.ts";
import { handReport, steadyRequests } from "./hand-report.ts";

const began = 1_795_220_000;

function imitation(options: Partial<ImitationOptions> = {}): Imitation {
  return new Imitation({ report: handReport(steadyRequests(5)), model: "acme/chat-8b", ...options }, began);
}

function read(text: string) {
  const answer = readPage(text, began);
  if (answer.kind !== "snapshot") throw new Error(plain(answer.detail));
  expect(answer.problems).toEqual([]);
  return answer.snapshot;
}

describe("an imitated SGLang", () => {
  it("says what the run says, in SGLang's words", () => {
    const { server, gauges, counters, histograms, startedAt } = read(imitation({ server: "sglang", version: "0.5.23" }).page(2.6));
    // At 2.6 s: request 0 is done, 1 decodes since 2, 2 is in prefill since 2.5.
    expect(server).toEqual({ kind: "sglang", model: "acme/chat-8b", engines: 1 });
    expect(gauges).toMatchObject({ requests_running: 2, requests_waiting: 0, kv_cache_usage: 0.5 });
    expect(counters).toMatchObject({ prompt_tokens_total: 200, generation_tokens_total: 11 + 7, request_success_total: 1 });
    expect(histograms.ttft_seconds).toMatchObject({ total: 2, sum: 2 });
    expect([...(histograms.ttft_seconds?.upper ?? [])].slice(0, 3)).toEqual([0.1, 0.2, 0.4]);
    expect(startedAt).toBeUndefined();
  });

  it("follows the release", () => {
    const names = (version: string) => [...parseMetrics(imitation({ server: "sglang", version }).page(5)).families.keys()];
    expect(names("0.4.0")).toContain("sglang:time_per_output_token_seconds");
    expect(names("0.4.0")).not.toContain("sglang:inter_token_latency_seconds");
    expect(names("0.4.6")).toContain("sglang:inter_token_latency_seconds");
    expect(names("0.5.10")).toEqual(expect.arrayContaining(["sglang:cache_config_info", "sglang:max_total_num_tokens"]));
    expect(names("0.5.23")).toEqual(expect.arrayContaining(["sglang:page_size", "sglang:num_pages", "sglang:context_len"]));
    expect(names("0.5.23")).not.toContain("sglang:cache_config_info");
    expect(() => imitation({ server: "sglang", version: "0.3.9" })).toThrow("SGLang 0.4 or newer");
  });

  it("tells replicas by dp_rank where they schedule, and counts tokens for all together", () => {
    const page = parseMetrics(imitation({ server: "sglang", engines: 3 }).page(6));
    const labels = (name: string) => page.families.get(name)?.samples.map((sample) => sample.labels.dp_rank);
    expect(labels("sglang:num_running_reqs")).toEqual(["0", "1", "2"]);
    expect(labels("sglang:prompt_tokens_total")).toEqual([undefined]);
    expect(page.families.get("sglang:prompt_tokens_total")?.samples[0]?.value).toBe(500);
  });

  it("tells its arguments and its pool at the addresses of its release", () => {
    const layout = {
      tensor: 4,
      pipeline: 1,
      expert: 1,
      maxNumSeqs: 64,
      maxNumBatchedTokens: 8192,
      prefixCaching: true,
      memFractionStatic: 0.85,
    };
    const server = imitation({ server: "sglang", version: "0.5.5", layout });
    const told = sglangServerInfo(server.answer("/server_info"));
    expect(told.settings).toMatchObject({ tensor: { value: 4 }, maxNumSeqs: { value: 64 }, maxModelLen: { value: 800 } });
    expect(told.tokens).toMatchObject({ value: 1600 });
    expect(server.answer("/get_server_info")).toEqual(server.answer("/server_info"));
    expect(imitation({ server: "sglang", version: "0.4.6" }).answer("/server_info")).toBeUndefined();
    expect(server.answer("/flush_cache")).toBeUndefined();
    expect(server.answer("/version")).toBeUndefined();
  });
});

describe("an imitated server", () => {
  it("is of the run's own kind and release unless told otherwise", () => {
    const sglang = { ...handReport(steadyRequests(2)), engine: "SGLang 0.5.5" };
    expect(imitation({ report: sglang }).page(1)).toContain("sglang:");
    expect(imitation({ report: sglang }).version.text).toBe("0.5.5");
    expect(imitation({ report: sglang, server: "vllm" }).version.text).toBe("0.19.0");
  });

  it("counts the tokens of each engine step where they were written down", () => {
    const steps = {
      start: Float64Array.of(0, 1, 2),
      end: Float64Array.of(1, 2, 4),
      steps: Int32Array.of(1, 1, 4),
      tokens: Int32Array.of(100, 300, 20),
      decodes: Int32Array.of(0, 0, 0),
      instance: Int32Array.of(0, 0, 0),
    };
    const [never, none] = [new Float64Array(5).fill(Number.NaN), new Int32Array(5)];
    const places = { queued: never, prompt: none, answer: none, prefilled: never, handedOver: never, joined: never };
    const levels = { instance: none, time: never, tokens: none };
    const at = (seconds: number) => {
      const family = parseMetrics(imitation({ log: { instances: [], steps, places, levels } }).page(seconds)).families.get(
        "vllm:iteration_tokens_total",
      );
      expect(family?.type).toBe("histogram");
      const value = (name: string, le?: string) =>
        family?.samples.find((sample) => sample.name.endsWith(name) && sample.labels.le === le)?.value;
      return [value("_count"), value("_sum"), value("_bucket", "32.0"), value("_bucket", "256.0")];
    };
    expect(at(1.5)).toEqual([1, 100, 0, 1]);
    // Half of the four steps between 2 and 4 are over.
    expect(at(3)).toEqual([4, 440, 2, 3]);
    expect(at(4.5)).toEqual([6, 480, 4, 5]);
    expect(parseMetrics(imitation().page(3)).families.has("vllm:iteration_tokens_total")).toBe(false);
  });

  it("has all its engines' tokens in steps as many as were computed", () => {
    const run = defaultDemoRun(testCatalog(), { load: 0.3 });
    const server = new Imitation(run, began);
    const family = parseMetrics(server.page(200)).families.get("vllm:iteration_tokens_total");
    const sum = family?.samples.find(({ name }) => name.endsWith("_sum"))?.value ?? 0;
    const { counters } = read(server.page(200));
    const computed =
      (counters.prompt_tokens_total ?? 0) + (counters.generation_tokens_total ?? 0) - (counters.prefix_cache_hits_total ?? 0);
    expect(sum / computed).toBeGreaterThan(0.95);
    expect(sum / computed).toBeLessThan(1.05);
  });

  it("loads its engines unevenly, each with its share of the cache", () => {
    const report = handReport(steadyRequests(200, 0.05));
    const { perEngine, gauges } = read(imitation({ report, engines: 4 }).page(9));
    const finished = perEngine?.map(({ counters }) => counters.request_success_total ?? 0) ?? [];
    expect(finished).toEqual([...finished].sort((a, b) => b - a));
    // Weights 1, 2/3, 1/2, 2/5: the first has 0.39 of all.
    expect((finished[0] ?? 0) / finished.reduce((a, b) => a + b, 0)).toBeCloseTo(0.39, 1);
    expect(gauges.kv_cache_usage).toBeCloseTo(0.5, 1);
  });

  it("gives hours of pages without a clock, the same ones each time", () => {
    const server = imitation({ engines: 2 });
    const series = new LiveSeries();
    for (let second = 0; second < 2 * 3600; second += 60) series.push({ ...read(server.page(second)), time: began + second });
    expect(series.points.every(({ state }) => state === "live" || state === "idle")).toBe(true);
    // Five requests of 11 tokens in a round of 7 s.
    expect(series.window(7200)?.rates.generation_tokens_total).toBeCloseTo(55 / 7, 1);
    expect(imitation({ engines: 2 }).page(5000)).toBe(server.page(5000));
  });
});

const catalogPath = fileURLToPath(new URL("../../../shared/data/metrics/catalog.json", import.meta.url));
const present = existsSync(catalogPath);
if (!present) console.log("test/demo/imitation: the catalogue of metrics is not here; names were not held against it");

interface Catalogued {
  readonly server: string;
  readonly metric: string;
  readonly type: string;
  readonly firstSeen?: string;
  readonly buckets?: readonly number[] | string;
}

describe.runIf(present)("names, types, releases and bounds", () => {
  const metrics: readonly Catalogued[] = present ? JSON.parse(readFileSync(catalogPath, "utf8")).metrics : [];
  // Routers use some of the engines' names for figures of their own.
  const known = (server: string) =>
    new Map(metrics.filter((metric) => metric.server === server).map((metric) => [metric.metric.replace(/_total$/, ""), metric]));
  const release = (text: string) => parseVersion(text.replace(/\.post\d+$/, ""));

  it.each([
    ["vllm", vllmDialect],
    ["sglang", sglangDialect],
  ] as const)("are those of the catalogue: %s", (server, dialect) => {
    const catalogued = known(server);
    for (const family of dialect.families) {
      const own = catalogued.get(`${dialect.prefix}${family.name}`.replace(/_total$/, ""));
      expect([family.name, own?.type]).toEqual([family.name, family.type]);
      const [first, since] = [release(own?.firstSeen ?? ""), release(family.since ?? "99")];
      if (first && since && family.since) expect([family.name, compareVersions(since, first)]).toEqual([family.name, 0]);
      if (family.type === "histogram" && Array.isArray(own?.buckets))
        expect([family.name, dialect.bounds(2048)[family.shows]]).toEqual([family.name, own.buckets]);
    }
    expect(familiesOf(dialect, dialect.version("0.19.0")).length).toBeGreaterThan(10);
  });
});
