import { afterEach, describe, expect, it } from "vitest";
import { type DemoOptions, type DemoServer, startDemo } from "../../src/demo/server.ts";
import { snapshotOf } from "../../src/live/page/canonical.ts";
import { parseMetrics } from "../../src/live/page/metrics-text.ts";
import { metricsUrl } from "../../src/live/sources/metrics-url.ts";
import { fetchText } from "../../src/platform/http.ts";
import { scrapeOnce } from "../../src/platform/scrape-once.ts";
import { normaliseUrl } from "../../src/platform/url.ts";
import { captureText } from "../live/page/captures.ts";
import { handReport, steadyRequests } from "./hand-report.ts";

const open: DemoServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function demo(options: Partial<DemoOptions> = {}): Promise<DemoServer> {
  const server = await startDemo({ report: handReport(steadyRequests(5)), model: "acme/chat-8b", ...options });
  open.push(server);
  return server;
}

async function snapshot(url: string) {
  const page = parseMetrics((await fetchText(`${url}/metrics`)).text);
  expect(page.problems).toEqual([]);
  return { page, shot: snapshotOf(page, 1) };
}

describe("the demo server", () => {
  it("speaks as vLLM of the report's release: names, types, labels, bounds", async () => {
    let now = 1_795_220_000_000;
    const server = await demo({ now: () => now });
    now += 2_600;
    const { page, shot } = await snapshot(server.url);
    expect(shot.server).toEqual({ kind: "vllm", model: "acme/chat-8b", engines: 1 });
    expect(shot.startedAt).toBe(1_795_220_000);
    // At 2.6 s: request 0 is done, 1 decodes since 2, 2 is in prefill since 2.5.
    expect(shot.gauges).toMatchObject({ requests_running: 2, requests_waiting: 0, kv_cache_usage: 0.5 });
    expect(shot.counters).toMatchObject({ prompt_tokens_total: 200, generation_tokens_total: 11 + 7, request_success_total: 1 });
    expect(shot.histograms.ttft_seconds).toMatchObject({ total: 2, sum: 2 });
    expect(shot.cacheConfig).toMatchObject({ block_size: "16", num_gpu_blocks: "101", gpu_memory_utilization: "0.92", engine: "0" });

    const real = parseMetrics(captureText("vllm-0.32.0/vllm-052-1795221085.prom"));
    for (const family of page.families.values()) {
      const own = real.families.get(family.name);
      if (!own) continue;
      expect([family.name, family.type]).toEqual([own.name, own.type]);
      const labels = (all: typeof family) => Object.keys(all.samples[0]?.labels ?? {}).sort();
      if (family.name !== "vllm:cache_config_info") expect([family.name, labels(family)]).toEqual([own.name, labels(own)]);
    }
    const bounds = (all: typeof real, name: string) =>
      all.families.get(name)?.samples.flatMap((sample) => (sample.name.endsWith("_bucket") ? [sample.labels.le] : []));
    for (const name of [
      "time_to_first_token_seconds",
      "inter_token_latency_seconds",
      "e2e_request_latency_seconds",
      "request_queue_time_seconds",
    ]) {
      expect(bounds(page, `vllm:${name}`)).toEqual(bounds(real, `vllm:${name}`));
    }
    const shared = [...page.families.keys()].filter((name) => real.families.has(name));
    expect(shared.length).toBeGreaterThanOrEqual(40);
  });

  it("answers the other addresses of a vLLM server, and nothing else", async () => {
    const server = await demo({ version: "0.11.0" });
    const ask = async (path: string, method = "GET") => {
      const response = await fetch(`${server.url}${path}`, { method });
      return [response.status, await response.text()] as const;
    };
    expect(await ask("/version")).toEqual([200, '{"version":"0.11.0"}']);
    expect(JSON.parse((await ask("/v1/models"))[1])).toMatchObject({ object: "list", data: [{ id: "acme/chat-8b", max_model_len: 800 }] });
    expect(await ask("/health")).toEqual([200, ""]);
    expect((await ask("/metrics?x=1"))[0]).toBe(200);
    expect((await ask("/v1/chat/completions", "POST"))[0]).toBe(405);
    expect((await ask("/server_info"))[0]).toBe(404);
  });

  it("listens on loopback alone", async () => {
    const server = await demo();
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it("shares the requests out over engines", async () => {
    let now = 0;
    const server = await demo({ engines: 2, now: () => now });
    now = 60_000 - 1;
    const { shot } = await snapshot(server.url);
    expect(shot.server.engines).toBe(2);
    const finished = shot.perEngine?.map(({ counters }) => counters.request_success_total) ?? [];
    expect(finished[0]).toBeGreaterThan(finished[1] ?? 0); // three of five requests are the first engine's
    expect(shot.counters.request_success_total).toBe((finished[0] ?? 0) + (finished[1] ?? 0));
  });

  it("plays faster when asked, and goes on for ever", async () => {
    let now = 0;
    const server = await demo({ speed: 50, now: () => now });
    const counts: number[] = [];
    for (let second = 1; second <= 5; second++) {
      now = second * 1000;
      counts.push((await snapshot(server.url)).shot.counters.generation_tokens_total ?? 0);
    }
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(new Set(counts).size).toBe(5);
  });

  it("begins anew when told to: nobody answers, then counters at zero and a new start time", async () => {
    let now = 1_000_000;
    const server = await demo({ fault: "restart-at=10", now: () => now });
    now += 9_000;
    const before = (await snapshot(server.url)).shot;
    now += 1_500;
    await expect(fetchText(`${server.url}/metrics`)).rejects.toMatchObject({ kind: "unreachable" });
    now += 2_000;
    const after = (await snapshot(server.url)).shot;
    // A round lasts 7 s: 5 answers of 11 tokens, then 2 s into the next round 11 more and one first token.
    expect(before.counters.generation_tokens_total).toBe(67);
    expect(after.counters.generation_tokens_total).toBe(0);
    expect(after.startedAt).toBe((before.startedAt ?? 0) + 12);
  });

  it("begins anew again and again", async () => {
    let now = 0;
    const server = await demo({ fault: "restart-every=60", now: () => now });
    const started: (number | undefined)[] = [];
    for (const second of [30, 70, 130, 200]) {
      now = second * 1000;
      started.push((await snapshot(server.url)).shot.startedAt);
    }
    expect(started).toEqual([0, 62, 122, 182]);
    now = 241_000;
    await expect(fetchText(`${server.url}/metrics`)).rejects.toMatchObject({ kind: "unreachable" });
    await expect(demo({ fault: "restart-every=1" })).rejects.toThrow("No such fault");
  });

  it.each([
    ["401", { kind: "status", status: 401, message: expect.stringContaining("Needs a key (HTTP 401)") }],
    ["500", { kind: "status", status: 500, message: expect.stringContaining("The server failed (HTTP 500)") }],
  ])("refuses with %s", async (fault, expected) => {
    const server = await demo({ fault });
    await expect(fetchText(`${server.url}/metrics`)).rejects.toMatchObject(expected);
  });

  it.each([
    ["html", { problems: ["Not Prometheus text: it looks like HTML, of a sign-in or an error; check the address"] }],
    ["truncated", { problems: [expect.stringContaining("cut off")] }],
  ])("misbehaves as %s", async (fault, expected) => {
    const server = await demo({ fault });
    const { text } = await fetchText(`${server.url}/metrics`);
    expect(parseMetrics(text).problems).toEqual(expected.problems);
  });

  it.each([
    ["hang", "timeout"],
    ["endless", "too-large"],
    ["slow", "timeout"],
    ["slow-drip", "timeout"],
    ["needs-key", "status"],
  ])("misbehaves as %s: the client says %s in bounded time", async (fault, kind) => {
    const server = await demo({ fault });
    const started = performance.now();
    await expect(fetchText(`${server.url}/metrics`, { timeoutMs: 1500, maxBytes: 2 ** 20 })).rejects.toMatchObject({ kind });
    expect(performance.now() - started).toBeLessThan(2500);
    // The rest of the server goes on.
    expect((await fetchText(`${server.url}/version`)).text).toContain("0.19.0");
  });

  it("is looked at once: figures, name and release, or why not", async () => {
    const good = await demo();
    const once = (url: string) => scrapeOnce(metricsUrl(normaliseUrl(url), "demo"), () => undefined);
    expect(await once(good.url)).toMatchObject({
      point: { snapshot: { server: { kind: "vllm" } } },
      identity: { version: "0.19.0", model: "acme/chat-8b", maxModelLen: 800 },
      problems: [],
    });
    const html = await demo({ fault: "html" });
    expect(await once(html.url)).toBe("Not Prometheus text: it looks like HTML, of a sign-in or an error; check the address");
    const cut = await demo({ fault: "truncated" });
    expect(await once(cut.url)).toBe("The page is cut off in the middle of a line");
  });

  it("says what is wrong with its options", async () => {
    await expect(demo({ fault: "explode" })).rejects.toThrow("There are hang, html, truncated");
    await expect(demo({ speed: 0 })).rejects.toThrow("Speed");
    await expect(demo({ engines: 0.5 })).rejects.toThrow("Engines");
    await expect(demo({ version: "0.6.0" })).rejects.toThrow("0.9 or newer");
    const taken = await demo();
    await expect(demo({ port: taken.port })).rejects.toThrow(`Port ${taken.port} is taken`);
  });
});
