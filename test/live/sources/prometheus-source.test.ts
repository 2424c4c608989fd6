import { describe, expect, it } from "vitest";
import { plain } from "../../../src/deployment/message.ts";
import { LiveSeries } from "../../../src/live/series/series.ts";
import type { Look } from "../../../src/live/source.ts";
import { storeChoices } from "../../../src/live/sources/prometheus/choices.ts";
import { equalTo } from "../../../src/live/sources/prometheus/matchers.ts";
import { prometheus } from "../../../src/live/sources/prometheus.ts";
import { fakeStore, target, two } from "./fake-store.ts";

const place = { base: "http://store:9090" };
const source = (matchers = equalTo({ job: "vllm" })) => prometheus({ place, matchers, name: "store" });

function grown(look: Look) {
  if (look.kind !== "stretch") throw new Error(`no stretch: ${JSON.stringify(look)}`);
  return look;
}

describe("a look at a store", () => {
  it("gives gauges as they are, and rates and buckets over the time since the look before", async () => {
    const store = fakeStore(two);
    const watched = source();
    const first = grown(await watched.look(store.ask));
    expect(first.grown.server).toEqual({ kind: "vllm", model: "acme/chat", engines: 2 });
    expect(first.grown.gauges).toEqual({ requests_running: 8, kv_cache_usage: 0.4 });
    // Scraped every 5 s: rates over 20 s, which the first look tells of.
    expect(first.seconds).toBe(20);
    expect(first.grown.counters).toEqual({ generation_tokens_total: 150 * 20 });
    const second = grown(await watched.look(store.ask));
    expect(second.seconds).toBe(5);
    expect(second.grown.counters.generation_tokens_total).toBe(150 * 5);
    expect(second.grown.histograms.ttft_seconds).toMatchObject({ total: 15, sum: 3 });
    expect([...(second.grown.histograms.ttft_seconds?.count ?? [])]).toEqual([10, 15]);
    expect(second.grown.perEngine?.map(({ engine, gauges }) => [engine, gauges.requests_running])).toEqual([
      ["a", 3],
      ["b", 5],
    ]);
    const series = new LiveSeries();
    expect([first, second].map((look) => series.take(look).rates.generation_tokens_total)).toEqual([150, 150]);
    expect(series.last?.windows.ttft_seconds).toMatchObject({ mean: 0.2, p50: expect.closeTo(0.075, 12) });
  });

  it("asks with the labels chosen, at one instant, with windows of four scrapes, and long queries by POST", async () => {
    const store = fakeStore(two);
    const watched = source();
    await watched.look(store.ask);
    const queries = store.asked.filter(({ parameters }) => parameters.query?.startsWith("label_replace("));
    expect(queries.length).toBeGreaterThan(0);
    expect(new Set(queries.map(({ parameters }) => parameters.time)).size).toBe(1);
    expect(queries.map(({ parameters }) => parameters.query).join()).toContain('rate(vllm:generation_tokens_total{job="vllm"}[20s])');
    expect(new Set(queries.map(({ method }) => method))).toEqual(new Set(["POST"]));
    const short = store.asked.filter(({ method }) => method === "GET");
    expect(short.length).toBeGreaterThan(0);
    expect(short.every(({ parameters }) => Object.values(parameters).join().length < 1500)).toBe(true);
  });

  it("waits for the next scrape instead of looking twice at the same", async () => {
    const store = fakeStore(two);
    const watched = source();
    const times: number[] = [];
    for (let i = 0; i < 3; i++) times.push(grown(await watched.look(store.ask)).grown.time);
    expect(times.map((time) => time - (times[0] ?? 0))).toEqual([0, 5, 10]);
  });

  it("speaks for the time without an answer too, and keeps what it knew", async () => {
    const store = fakeStore(two);
    const watched = source();
    await watched.look(store.ask);
    store.state = { ...two, instead: () => ({ status: 503 }) };
    expect(await watched.look(store.ask)).toMatchObject({ kind: "none", why: "lost", detail: "Answers with HTTP 503" });
    store.now += 60;
    store.state = two;
    const look = grown(await watched.look(store.ask));
    expect(look.seconds).toBe(65);
    const asked = store.asked.at(-1)?.parameters.query;
    expect(asked).toContain("[65s]");
  });

  it("goes by the store's clock where that is another", async () => {
    const store = fakeStore({ ...two, clockAhead: 100 });
    const look = grown(await source().look(store.ask));
    expect(look.grown.time).toBe(store.now);
    expect(Number(store.asked.at(-1)?.parameters.time)).toBe(store.now + 100);
  });

  it("names who is down and why, who was restarted, and how many are left", async () => {
    const store = fakeStore(two);
    const watched = source();
    await watched.look(store.ask);
    store.state = {
      ...two,
      targets: [target("a"), target("b", "connection refused")],
      words: {
        ...two.words,
        requests_running: [[{ pod: "a" }, 3]],
        kv_cache_usage: [[{ pod: "a" }, 0.2]],
        generation_tokens_total: [[{ pod: "a" }, 100]],
        ttft_seconds: [[{ pod: "a", le: "+Inf" }, 2]],
        "ttft_seconds/sum": [],
        up: [
          [{ pod: "a" }, 1],
          [{ pod: "b" }, 0],
        ],
        started_at: [[{ pod: "a" }, 1000]],
      },
    };
    const alone = grown(await watched.look(store.ask));
    expect(alone.members?.map(({ name, state, detail }) => [name, state, detail])).toEqual([
      ["a", "live", ""],
      ["b", "lost", "connection refused"],
    ]);
    expect(alone.grown.gauges).toEqual({ requests_running: 3, kv_cache_usage: 0.2 });
    expect(alone.events).toEqual([]);
    const back = store.now + 3;
    store.state = {
      ...two,
      words: {
        ...two.words,
        started_at: [
          [{ pod: "a" }, 1000],
          [{ pod: "b" }, back],
        ],
      },
    };
    const both = grown(await watched.look(store.ask));
    expect(both.events?.map(({ kind, time, words }) => [kind, time, plain(words)])).toEqual([["restart", back, "b was restarted"]]);
    expect(both.members?.map(({ detail }) => detail)).toEqual(["", ""]);
  });

  it("names who joined and left, and counts them where they are many", async () => {
    const store = fakeStore(two);
    const watched = source();
    const of = (...pods: readonly string[]) => {
      const each = (value: number) => pods.map((pod) => [{ pod }, value] as const);
      return { ...two, words: { requests_running: each(1), up: each(1) } };
    };
    const events = async () => ((await watched.look(store.ask)).events ?? []).map(({ words }) => plain(words));
    store.state = of("a", "b");
    expect(await events()).toEqual([]);
    store.state = of("b", "c");
    expect(await events()).toEqual(["c joined", "a left"]);
    store.state = of("b", "d", "e", "f", "g");
    expect(await events()).toEqual(["Servers: 5, before: 2"]);
  });

  it("adds up what comes apart by a label, and leaves gauges as they are", async () => {
    const words = {
      ...two.words,
      requests_waiting_by_reason: [[{ reason: "capacity" }, 4]],
      request_success_by_reason: [
        [{ finished_reason: "stop" }, 2],
        [{ finished_reason: "length" }, 0.5],
      ],
    } as const;
    const more = ["vllm:num_requests_waiting_by_reason", "vllm:request_success_total"];
    const store = fakeStore({ ...two, names: [...two.names, ...more], words });
    const watched = source();
    await watched.look(store.ask);
    expect(grown(await watched.look(store.ask)).grown.parts).toEqual({
      requests_waiting_by_reason: { capacity: 4 },
      request_success_by_reason: { stop: 2 * 25, length: 0.5 * 25 },
    });
  });

  it("a store without targets is counted; where nothing can be counted, 30 s are assumed and told", async () => {
    const { targets: _, ...untold } = two;
    const store = fakeStore(untold);
    const look = grown(await source().look(store.ask));
    expect(look.seconds).toBe(120);
    expect(look.problems).toEqual(["how often the servers are scraped is not told: 30 s is assumed"]);
    const counted = fakeStore({
      ...untold,
      instead: ({ parameters }) =>
        parameters.query?.startsWith("quantile(")
          ? { data: { resultType: "vector", result: [{ metric: {}, value: [0, "20"] }] } }
          : undefined,
    });
    expect(grown(await source().look(counted.ask)).seconds).toBe(60);
  });

  it("tells warnings and partial answers", async () => {
    const store = fakeStore({
      ...two,
      instead: ({ path, parameters }) =>
        path === "series"
          ? {
              data: two.running.map(([labels]) => ({ __name__: "vllm:num_requests_running", ...labels })),
              warnings: [parameters.start ? "store b is away" : ""],
            }
          : undefined,
    });
    expect((await source().look(store.ask)).problems).toEqual(["store b is away"]);
  });
});

describe("a store that does not answer", () => {
  it.each([
    [401, "", "needs-key", "Answers with HTTP 401"],
    [401, "no org id\n", "needs-key", "The store keeps tenants apart and was told none: name one, it is sent as X-Scope-OrgID"],
    [404, "404 page not found\n", "lost", "No Prometheus API at this address"],
    [
      422,
      '{"status":"error","errorType":"execution","error":"query processing would load too many samples"}',
      "lost",
      "The store refuses: query processing would load too many samples",
    ],
    [400, 'unsupported path requested: "/api/v1/query"', "lost", "a VictoriaMetrics cluster below /select/0/prometheus"],
    [502, "<html>bad gateway</html>", "lost", "Answers with HTTP 502"],
  ])("HTTP %d %s", async (status, said, why, words) => {
    const store = fakeStore({ ...two, instead: () => ({ status, said }) });
    const look = await source().look(store.ask);
    expect(look).toMatchObject({ kind: "none", why });
    expect(look.kind === "none" && look.detail).toContain(words);
  });

  it("has no such servers, and says so", async () => {
    const store = fakeStore({ ...two, running: [] });
    expect(await source().look(store.ask)).toMatchObject({
      kind: "none",
      why: "lost",
      detail: "No serving engine with these labels in the last ten minutes",
    });
  });

  it("answers with a page", async () => {
    const store = fakeStore({ ...two, instead: () => ({ text: "<html>Grafana login</html>" }) });
    expect(await source().look(store.ask)).toMatchObject({ kind: "none", why: "wrong-page" });
  });
});

describe("tenants", () => {
  it("are named in every request", async () => {
    const store = fakeStore(two);
    await prometheus({ place: { ...place, tenant: "team-a" }, matchers: [], name: "store" }).look(store.ask);
    expect(store.asked.length).toBeGreaterThan(5);
    expect(store.asked.every(({ headers }) => headers["X-Scope-OrgID"] === "team-a")).toBe(true);
  });
});

describe("history", () => {
  it("is what the store remembers, all servers as one, and goes on with the first look", async () => {
    const store = fakeStore(two);
    const watched = source();
    const now = store.now;
    const looks = (await watched.history?.(store.ask, now - 60, now, 5)) ?? [];
    expect(looks).toHaveLength(13);
    const series = new LiveSeries();
    for (const look of looks) series.take(look);
    store.now += 2;
    const point = series.take(await watched.look(store.ask));
    expect(series.points.map(({ time }) => time)).toEqual([...Array.from({ length: 13 }, (_, i) => now - 60 + 5 * i), now + 2]);
    expect(point.rates.generation_tokens_total).toBe(150);
    expect(series.points[0]?.snapshot?.gauges).toEqual({ requests_running: 8, kv_cache_usage: 0.4 });
  });

  it("keeps its points few: a day at most one every two minutes", async () => {
    const store = fakeStore(two);
    await source().history?.(store.ask, store.now - 86_400, store.now, 1);
    const asked = store.asked.filter(({ path }) => path.endsWith("query_range"));
    expect(asked.map(({ parameters }) => parameters.step)).toEqual(["120"]);
    expect(asked[0]?.parameters.query).toContain("[120s]");
  });

  it("is nothing where the store refuses", async () => {
    const store = fakeStore({ ...two, instead: ({ path }) => (path === "query_range" ? { status: 400, said: "" } : undefined) });
    expect(await source().history?.(store.ask, store.now - 60, store.now, 5)).toEqual([]);
  });
});

describe("choices", () => {
  it("are models by job and namespace, with their servers and engines", async () => {
    const store = fakeStore({
      ...two,
      running: [
        ...two.running,
        [{ job: "dp", namespace: "lab", instance: "c:1", engine: "0", model_name: "acme/large" }, 1],
        [{ job: "dp", namespace: "lab", instance: "c:1", engine: "1", model_name: "acme/large" }, 1],
      ],
    });
    const found = await storeChoices(store.ask, place, []);
    expect(found).toMatchObject({
      kind: "choices",
      choices: [
        { kind: "vllm", labels: { job: "vllm", model_name: "acme/chat" }, servers: 2, engines: 2 },
        { kind: "vllm", labels: { job: "dp", namespace: "lab", model_name: "acme/large" }, servers: 1, engines: 2 },
      ],
    });
  });
});
