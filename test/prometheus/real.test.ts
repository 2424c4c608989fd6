import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findPrometheus } from "../../scripts/prometheus/install.ts";
import { defaultDeployment } from "../../src/demo/default-deployment.ts";
import { demoRunOf } from "../../src/demo/demo-run.ts";
import { type DemoServer, startDemo } from "../../src/demo/server.ts";
import { plain } from "../../src/deployment/message.ts";
import { serverKinds } from "../../src/live/page/server-kinds.ts";
import { identityOf } from "../../src/live/running/identify.ts";
import { LiveSeries } from "../../src/live/series/series.ts";
import type { CanonicalCounter, LivePoint } from "../../src/live/snapshot.ts";
import type { Ask, LiveSource } from "../../src/live/source.ts";
import { askApi } from "../../src/live/sources/prometheus/api.ts";
import { equalTo } from "../../src/live/sources/prometheus/matchers.ts";
import { wordNames } from "../../src/live/sources/prometheus/names.ts";
import { joined, questionsOf } from "../../src/live/sources/prometheus/queries.ts";
import { shapeOf } from "../../src/live/sources/prometheus/shape.ts";
import { prometheus } from "../../src/live/sources/prometheus.ts";
import { httpAsk } from "../../src/platform/ask.ts";
import { loadCatalog } from "../../src/platform/catalog-files.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { fetchText } from "../../src/platform/http.ts";
import { everyName } from "../live/sources/every-name.ts";
import { type RealPrometheus, startPrometheus } from "./real-prometheus.ts";

const found = findPrometheus();
if (found.program === undefined) console.log(`No real Prometheus was asked: ${found.reason}.`);

/**
 * A scrape is in the store a little after its time. What is asked for lies so far back that no sample can still come to it: our numbers and
 * those asked for afterwards then speak of the same samples.
 */
const settledMs = 1500;
/** Prometheus scrapes once a second, and rates are taken over four scrapes. */
const rateSeconds = 4;

const clock = { ...systemClock, now: () => Date.now() - settledMs };
const ask: Ask = httpAsk({ fetchText, clock, keyFor: () => undefined, timeoutMs: 10_000 }, new AbortController().signal);
const latencies = [
  ["ttft_seconds", "time_to_first_token_seconds"],
  ["itl_seconds", "inter_token_latency_seconds"],
  ["tpot_seconds", "request_time_per_output_token_seconds"],
  ["e2e_seconds", "e2e_request_latency_seconds"],
  ["queue_seconds", "request_queue_time_seconds"],
] as const;
/** One a second; in the middle of them a server of the fleet is restarted. */
const looks = 12;
const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

describe.runIf(found.program !== undefined)("a real Prometheus over demo servers", () => {
  const catalog = loadCatalog(fileURLToPath(new URL("../../src/catalog/data/", import.meta.url)));
  // Long chats share prefixes: the cache has hits. They come seldom: played faster, enough of them end.
  const run = { ...demoRunOf(defaultDeployment.replace("workload=chat", "workload=long-chat"), "demo.yaml", catalog), speed: 8 };
  const series = { single: new LiveSeries(), fleet: new LiveSeries() };
  /** Unix seconds at which the second server of the fleet went and was back. */
  let restart = { from: 0, to: 0 };
  let servers: DemoServer[] = [];
  let real: RealPrometheus;

  beforeAll(async () => {
    servers = [await startDemo(run), await startDemo({ ...run, engines: 2 })];
    const [single, double] = servers.map(({ url }) => new URL(url).host);
    real = await startPrometheus(found.program ?? "", { single: [single ?? ""], fleet: [single ?? "", double ?? ""] });
    // Prometheus looks for its targets only some seconds after its start.
    const scraped = 'min(count_over_time(vllm:num_requests_running{job="fleet"}[1m]))';
    while (((await answer(scraped, clock.now() / 1000)) ?? 0) < 1 + rateSeconds) await pause(0.5);
    await Promise.all([watch("single", looks), watch("fleet", looks), pause(looks / 2).then(restartSecond)]);
  }, 60_000);

  afterAll(async () => {
    await real?.stop();
    for (const server of servers) await server.close();
  });

  const sourceOf = (job: string): LiveSource => prometheus({ place: { base: real.url }, matchers: equalTo({ job }), name: job });

  async function watch(job: "single" | "fleet", times: number): Promise<void> {
    const source = sourceOf(job);
    for (let i = 0; i < times; i++) series[job].take(await source.look(ask));
  }

  async function restartSecond(): Promise<void> {
    const [, second] = servers;
    if (!second) return;
    const from = Date.now() / 1000;
    await second.close();
    await pause(1.5);
    servers[1] = await startDemo({ ...run, engines: 2, port: second.port });
    restart = { from, to: Date.now() / 1000 };
  }

  /** What PromQL answers at an instant, as people's own dashboards ask; null where it is NaN or nothing. */
  async function answer(query: string, time: number): Promise<number | null> {
    const { data } = JSON.parse(
      (await fetchText(`${real.url}/api/v1/query?query=${encodeURIComponent(query)}&time=${time.toFixed(3)}`)).text,
    );
    const value = data.result[0]?.value[1];
    return value === undefined || value === "NaN" ? null : Number(value);
  }

  const rateOf = (counter: string, job: string, seconds = rateSeconds) => `sum(rate(vllm:${counter}{job="${job}"}[${seconds}s]))`;
  const quantileOf = (q: number, histogram: string, job: string, seconds = rateSeconds) =>
    `histogram_quantile(${q}, sum by (le) (rate(vllm:${histogram}_bucket{job="${job}"}[${seconds}s])))`;

  /** Every number of a point beside the panel of a dashboard that shows it. */
  async function compare({ snapshot, rates, windows, time, prefixHitRate }: LivePoint, job: string): Promise<void> {
    const rows: [string, number | null | undefined, string][] = [
      ["running", snapshot?.gauges.requests_running, `sum(vllm:num_requests_running{job="${job}"})`],
      ["waiting", snapshot?.gauges.requests_waiting, `sum(vllm:num_requests_waiting{job="${job}"})`],
      ["KV cache", snapshot?.gauges.kv_cache_usage, `avg(vllm:kv_cache_usage_perc{job="${job}"})`],
      ["prompt tokens", rates.prompt_tokens_total, rateOf("prompt_tokens_total", job)],
      ["output tokens", rates.generation_tokens_total, rateOf("generation_tokens_total", job)],
      ["requests", rates.request_success_total, rateOf("request_success_total", job)],
      ["prefix hits", prefixHitRate, `${rateOf("prefix_cache_hits_total", job)} / ${rateOf("prefix_cache_queries_total", job)}`],
      ...latencies.flatMap(([word, histogram]): [string, number | null | undefined, string][] => [
        [`${word} p50`, windows[word]?.p50, quantileOf(0.5, histogram, job)],
        [`${word} p95`, windows[word]?.p95, quantileOf(0.95, histogram, job)],
        [`${word} p99`, windows[word]?.p99, quantileOf(0.99, histogram, job)],
        [`${word} mean`, windows[word]?.mean, `${rateOf(`${histogram}_sum`, job)} / ${rateOf(`${histogram}_count`, job)}`],
      ]),
    ];
    const expected = await Promise.all(rows.map(([, , query]) => answer(query, time)));
    for (const [index, [name, ours]] of rows.entries()) {
      const theirs = expected[index] ?? null;
      // Equal but for the order in which sums of floating-point numbers were made.
      if (theirs === null || typeof ours !== "number") expect([job, time, name, ours]).toEqual([job, time, name, theirs]);
      else
        expect(Math.abs(ours - theirs), `${job} ${time} ${name}: ${ours} beside ${theirs}`).toBeLessThanOrEqual(1e-9 * Math.max(1, theirs));
    }
  }

  it("every point equals what PromQL answers for its instant: one server, a fleet, a fleet while one restarts", async () => {
    for (const job of ["single", "fleet"] as const) {
      expect(series[job].points).toHaveLength(looks);
      for (const point of series[job].points) await compare(point, job);
      expect(series[job].last?.snapshot?.server).toMatchObject({ kind: "vllm", model: run.model, engines: job === "fleet" ? 3 : 1 });
    }
    expect(series.single.last?.prefixHitRate).toBeGreaterThan(0);
    // What the servers say of their caches, for what is compared with a file.
    const running = series.fleet.last?.snapshot && identityOf(series.fleet.last.snapshot);
    expect(running?.cache.blocks?.value).toBe(run.report.memory.kvCacheBlocks);
  });

  /**
   * A window adds up rates, each of which speaks for four seconds: its ends are soft by half of that. It differs from PromQL's own by what
   * the rate at one end differs from the other's over that half, and by one scrape, which PromQL extrapolates.
   */
  it("a window equals PromQL's but for its soft ends", async () => {
    const window = series.single.window(looks - 2);
    expect(window).toBeDefined();
    if (!window) return;
    const seconds = Math.round(window.to - window.from);
    for (const [word, name] of [
      ["prompt_tokens_total", "prompt_tokens_total"],
      ["generation_tokens_total", "generation_tokens_total"],
      ["request_success_total", "request_success_total"],
    ] satisfies [CanonicalCounter, string][]) {
      const whole = (await answer(rateOf(name, "single", seconds), window.to)) ?? Number.NaN;
      const ends = [
        (await answer(rateOf(name, "single"), window.from)) ?? 0,
        (await answer(rateOf(name, "single"), window.to)) ?? 0,
      ] as const;
      const tolerance = ((rateSeconds / 2) * Math.abs(ends[0] - ends[1]) + Math.max(whole, ...ends)) / seconds;
      const ours = window.rates[word] ?? Number.NaN;
      expect(Math.abs(ours - whole), `${word}: ${ours} beside ${whole} ± ${tolerance}`).toBeLessThanOrEqual(tolerance);
    }
    // The same share of observations may lie on the other side of a quantile.
    const share = rateSeconds / 2 / seconds;
    for (const [word, histogram] of latencies) {
      for (const [percentile, q] of [
        ["p50", 0.5],
        ["p95", 0.95],
      ] as const) {
        const at = (rank: number) => answer(quantileOf(Math.min(1, rank), histogram, "single", seconds), window.to);
        const ours = window.windows[word]?.[percentile] ?? Number.NaN;
        expect(ours, `${word} ${percentile}`).toBeGreaterThanOrEqual((await at(q - share)) ?? Number.NaN);
        expect(ours, `${word} ${percentile}`).toBeLessThanOrEqual((await at(q + share)) ?? Number.NaN);
      }
    }
  });

  it("a restart is an event of the fleet: its server is gone, comes back, and nothing goes down", () => {
    const { points, events } = series.fleet;
    const name = new URL(servers[1]?.url ?? "").host;
    const marks = events.map(({ kind, time, words }) => ({ kind, time, words: plain(words) }));
    expect(marks.find(({ kind }) => kind === "restart")?.words).toBe(`${name} was restarted`);
    const restarted = marks.find(({ kind }) => kind === "restart")?.time ?? 0;
    expect(restarted).toBeGreaterThan(restart.from);
    expect(restarted).toBeLessThan(restart.to + 2);
    expect(points.every(({ state }) => state === "live")).toBe(true);
    expect(points.some(({ missing }) => missing?.includes(name))).toBe(true);
    expect(points.flatMap(({ rates }) => Object.values(rates)).every((rate) => rate >= 0)).toBe(true);
    for (let i = 1; i < points.length; i++) {
      const [before, after] = [points[i - 1]?.snapshot?.counters, points[i]?.snapshot?.counters];
      expect(after?.generation_tokens_total).toBeGreaterThanOrEqual(before?.generation_tokens_total ?? 0);
    }
    const members = new Map(series.fleet.members.map((member) => [member.name, member]));
    expect(members.size).toBe(2);
    expect(members.get(new URL(servers[0]?.url ?? "").host)).toMatchObject({ state: "live", detail: "", engines: 1 });
    expect(members.get(name)).toMatchObject({ detail: "", engines: 2 });
  });

  it("servers that two jobs scrape count once", async () => {
    const all = prometheus({ place: { base: real.url }, matchers: [], name: "all" });
    const point = new LiveSeries().take(await all.look(ask));
    expect(point.snapshot?.server.engines).toBe(3);
    await compare(point, "fleet");
  });

  it("understands every question of every kind of server", async () => {
    const place = { base: real.url };
    for (const server of serverKinds) {
      for (const pid of [{}, { pid: "1" }]) {
        const shape = shapeOf([{ job: "x", instance: "a:1", pod: "a", engine: "0", tp_rank: "0", ...pid }], server);
        for (const apart of [true, false]) {
          const asked = { names: wordNames(everyName(server), server), shape, matchers: equalTo({ job: 'a"b' }), windowSeconds: 60, apart };
          const answers = await Promise.all(joined(questionsOf(asked)).map((query) => askApi(ask, place, "query", { query })));
          expect(answers.filter(({ kind }) => kind === "failed")).toEqual([]);
        }
      }
    }
  });

  it("what was before the first look is what query_range has", async () => {
    const to = series.single.last?.time ?? 0;
    const past = (await sourceOf("single").history?.(ask, to - 5, to, 1)) ?? [];
    const history = new LiveSeries();
    for (const look of past) history.take(look);
    expect(history.points).toHaveLength(6);
    for (const point of history.points) await compare(point, "single");
  });
});
