import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DemoServer, startDemo } from "../../src/demo/server.ts";
import { message } from "../../src/deployment/message.ts";
import { LiveSeries } from "../../src/live/series/series.ts";
import type { LivePoint } from "../../src/live/snapshot.ts";
import { metricsUrl } from "../../src/live/sources/metrics-url.ts";
import { backoffMs } from "../../src/platform/backoff.ts";
import type { FetchText } from "../../src/platform/http.ts";
import { HttpError } from "../../src/platform/http-error.ts";
import type { ServerIdentity } from "../../src/platform/identity.ts";
import { type LoopStatus, ScrapeLoop, type ScrapeOptions } from "../../src/platform/scrape-loop.ts";
import { handReport, steadyRequests } from "../demo/hand-report.ts";
import { FakeClock } from "../support/fake-clock.ts";

const page = (tokens: number) =>
  `# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running 1\n# TYPE vllm:generation_tokens_total counter\nvllm:generation_tokens_total ${tokens}\n`;

interface Asked {
  readonly url: string;
  readonly token: string | undefined;
  readonly at: number;
}

function loop(answer: (asked: number, url: string) => string | Error | Promise<string>, options: Partial<ScrapeOptions> = {}) {
  const clock = new FakeClock();
  const asked: Asked[] = [];
  const points: LivePoint[] = [];
  const statuses: LoopStatus[] = [];
  const identities: ServerIdentity[] = [];
  let inFlight = 0;
  let mostInFlight = 0;
  let scraped = 0;
  const fetchText: FetchText = async (url, limits) => {
    asked.push({ url, token: limits?.token, at: clock.now() });
    const isPage = url.endsWith("/metrics");
    if (isPage) mostInFlight = Math.max(mostInFlight, ++inFlight);
    let counted = isPage;
    // What was taken back is no longer under way.
    const over = () => {
      if (counted) inFlight--;
      counted = false;
    };
    try {
      const aborted = new Promise<never>((_, reject) => {
        limits?.signal?.addEventListener("abort", () => {
          over();
          reject(new HttpError("cancelled", message("Stopped.")));
        });
      });
      const text = await Promise.race([aborted, Promise.resolve(answer(isPage ? scraped++ : -1, url))]);
      if (text instanceof Error) throw text;
      return { text, contentType: "text/plain", seconds: 0 };
    } finally {
      over();
    }
  };
  const scrapeLoop = new ScrapeLoop({
    source: metricsUrl("http://h:8000/metrics", "h:8000"),
    series: new LiveSeries(),
    intervalMs: 1000,
    clock,
    fetchText,
    random: () => 0.5,
    onPoint: (point) => points.push(point),
    onStatus: (status) => statuses.push(status),
    onIdentity: (identity) => identities.push(identity),
    ...options,
  });
  const pages = () => asked.filter(({ url }) => url.endsWith("/metrics"));
  return { scrapeLoop, clock, asked, pages, points, statuses, identities, mostInFlight: () => mostInFlight };
}

const refused = () => new HttpError("unreachable", message("Nothing listens there (connection refused)"));

describe("ScrapeLoop", () => {
  it("takes what figures tell of their server where nobody can be asked, and leaves a recording to its own header", async () => {
    const unasked = { ...metricsUrl("http://h:8000/metrics", "h:8000"), identityAt: [] };
    const store = loop(() => page(1), { source: { ...unasked, kind: "prometheus" } });
    store.scrapeLoop.start();
    await store.clock.pass(0);
    expect(store.identities.map(({ running }) => running.engine)).toEqual(["vllm"]);
    expect(store.asked.every(({ url }) => url.endsWith("/metrics"))).toBe(true);
    store.scrapeLoop.stop();
    const recording = loop(() => page(1), { source: { ...unasked, kind: "recording" } });
    recording.scrapeLoop.start();
    await recording.clock.pass(0);
    expect([recording.points.length, recording.identities.length]).toEqual([1, 0]);
    recording.scrapeLoop.stop();
  });

  it("asks after each look how long it is until the next", async () => {
    let intervalMs = 1000;
    const { clock, scrapeLoop, asked } = loop((n) => page(n), { intervalMs: () => intervalMs });
    scrapeLoop.start();
    await clock.pass(2000);
    intervalMs = 5000;
    await clock.pass(11_000);
    scrapeLoop.stop();
    const pages = asked.filter(({ url }) => url.endsWith("/metrics")).map(({ at }) => (at - 1_000_000) / 1000);
    expect(pages).toEqual([0, 1, 2, 3, 8, 13]);
  });

  it("scrapes once an interval and asks who the server is, once, at addresses that change nothing", async () => {
    const { scrapeLoop, clock, asked, pages, points, statuses, identities } = loop((n, url) => {
      if (url.endsWith("/version")) return '{"version":"0.19.0"}';
      if (url.endsWith("/v1/models")) return '{"data":[{"id":"served","root":"acme/chat-8b","max_model_len":4096}]}';
      return page(n * 10);
    });
    scrapeLoop.start();
    await clock.pass(3_500);
    expect(pages().map(({ at }) => at - 1_000_000)).toEqual([0, 1000, 2000, 3000]);
    expect(points.map(({ rates }) => rates.generation_tokens_total)).toEqual([undefined, 10, 10, 10]);
    expect(identities).toMatchObject([{ version: "0.19.0", model: "acme/chat-8b", maxModelLen: 4096 }]);
    expect([...new Set(asked.map(({ url }) => url))].sort()).toEqual([
      "http://h:8000/metrics",
      "http://h:8000/openapi.json",
      "http://h:8000/v1/models",
      "http://h:8000/version",
    ]);
    expect(statuses.map(({ state }) => state)).toEqual(["connecting", "live"]);
    scrapeLoop.stop();
    expect(clock.waiting).toBe(0);
  });

  it("lives with a server that says neither version nor models", async () => {
    const { scrapeLoop, clock, identities } = loop((n, url) =>
      url.endsWith("/metrics") ? page(n) : url.endsWith("/version") ? "<html>" : refused(),
    );
    scrapeLoop.start();
    await clock.pass(10);
    expect(identities).toMatchObject([{ version: null, model: null, maxModelLen: null }]);
  });

  it("backs off while nobody answers, then comes back and says restarted", async () => {
    const { scrapeLoop, clock, pages, points, statuses } = loop((n) => (n === 0 ? page(500) : n < 5 ? refused() : page(3 + n)));
    scrapeLoop.start();
    await clock.pass(20_000);
    // One interval, then 1, 2, 4, 8 s of back-off (random = 0.5: no jitter), then one interval.
    expect(
      pages()
        .map(({ at }) => (at - 1_000_000) / 1000)
        .slice(0, 7),
    ).toEqual([0, 1, 2, 4, 8, 16, 17]);
    expect(points.map(({ state }) => state).slice(0, 7)).toEqual(["live", "lost", "lost", "lost", "lost", "restarted", "live"]);
    expect(statuses.find(({ state }) => state === "lost")).toMatchObject({
      detail: "Nothing listens there (connection refused)",
      retryAt: 1002,
    });
    expect(statuses.filter(({ state }) => state === "lost").map(({ since }) => since)).toEqual([1001, 1001, 1001, 1001]);
    expect(statuses.map(({ state }) => state)).toEqual(["connecting", "live", "lost", "lost", "lost", "lost", "restarted", "live"]);
  });

  it("has one request in flight, however slow the server", async () => {
    const { scrapeLoop, clock, pages, mostInFlight } = loop(
      (n) => new Promise((resolve) => void clock.after(2_500, () => resolve(page(n)))),
    );
    scrapeLoop.start();
    await clock.pass(10_000);
    expect(mostInFlight()).toBe(1);
    expect(pages()).toHaveLength(5); // one every 2.5 s: the next begins at once, late as it is
  });

  it("waits for a key and goes on with it", async () => {
    let key: string | undefined;
    const { scrapeLoop, clock, pages, statuses } = loop(
      (n) => (n < 1 ? new HttpError("status", message("Needs a key (HTTP 401)"), 401) : page(n)),
      {
        keyFor: () => key,
      },
    );
    scrapeLoop.start();
    await clock.pass(600_000);
    expect(pages()).toHaveLength(1);
    expect(scrapeLoop.status).toMatchObject({ state: "needs-key", retryAt: null });
    key = "secret";
    scrapeLoop.retry();
    await clock.pass(100);
    expect(pages()[1]?.token).toBe("secret");
    expect(statuses.at(-1)?.state).toBe("live");
  });

  it.each([
    ["<html></html>", "Not Prometheus text: it looks like HTML, of a sign-in or an error; check the address"],
    ['{"iter":1}', "Not Prometheus text: it looks like JSON (TensorRT-LLM serves its Prometheus text at /prometheus/metrics)"],
    ["# TYPE go_goroutines gauge\ngo_goroutines 1\n", "Prometheus text, but no metric of a serving engine in it: check the port"],
  ])("says that %j is the wrong page, and tries again later", async (text, detail) => {
    const { scrapeLoop, clock, pages, statuses, points } = loop(() => text);
    scrapeLoop.start();
    await clock.pass(5_000);
    expect(statuses.at(-1)).toMatchObject({ state: "wrong-page", detail });
    expect(points[0]).toMatchObject({ state: "lost", error: detail });
    expect(pages()).toHaveLength(3); // 0, 1, 3 s
  });

  it("does not count a page that was cut: lost, then live with a true rate", async () => {
    const { scrapeLoop, clock, points } = loop((n) => (n === 0 ? page(1000).slice(0, -4) : page(1000 + n * 10)));
    scrapeLoop.start();
    await clock.pass(3_500);
    expect(points.map(({ state, rates }) => [state, rates.generation_tokens_total])).toEqual([
      ["lost", undefined],
      ["live", undefined],
      ["live", 10],
      ["live", 10],
    ]);
    expect(points[0]?.error).toBe("The page is cut off in the middle of a line");
  });

  it("keeps its promises in any order of calls: one request at a time, nothing left when stopped", async () => {
    const call = fc.constantFrom("start", "pause", "resume", "retry", "wait", "wait");
    await fc.assert(
      fc.asyncProperty(
        fc.array(call, { maxLength: 25 }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
        async (calls, answers) => {
          const run = loop((n) => (answers[n % answers.length] ? page(n) : refused()));
          for (const name of calls) {
            if (name === "wait") await run.clock.pass(700);
            else run.scrapeLoop[name]();
          }
          expect(run.mostInFlight()).toBeLessThanOrEqual(1);
          run.scrapeLoop.stop();
          const before = run.points.length;
          await run.clock.pass(100_000);
          expect(run.points).toHaveLength(before);
          expect(run.clock.waiting).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("pauses, resumes, retries at once, and stops for good", async () => {
    const { scrapeLoop, clock, pages, points } = loop((n) => (n === 3 ? refused() : page(n)));
    scrapeLoop.start();
    await clock.pass(1_500);
    scrapeLoop.pause();
    await clock.pass(60_000);
    expect(pages()).toHaveLength(2);
    expect(clock.waiting).toBe(0);
    scrapeLoop.resume();
    await clock.pass(1_000); // scrapes 2 and 3: the latter refused
    expect(scrapeLoop.status.state).toBe("lost");
    scrapeLoop.retry();
    await clock.pass(1);
    expect(scrapeLoop.status.state).toBe("live");
    scrapeLoop.stop();
    const before = points.length;
    scrapeLoop.start();
    scrapeLoop.resume();
    scrapeLoop.retry();
    await clock.pass(60_000);
    expect(points).toHaveLength(before);
  });

  it("takes a request back when stopped: no point comes after it", async () => {
    const { scrapeLoop, clock, points } = loop((n) => new Promise((resolve) => void clock.after(500, () => resolve(page(n)))));
    scrapeLoop.start();
    await clock.pass(100);
    scrapeLoop.stop();
    await clock.pass(5_000);
    expect(points).toEqual([]);
  });

  it("spreads its tries, and never waits more than half a minute", () => {
    expect([1, 2, 3, 4, 5, 6, 100].map((failures) => backoffMs(failures, 1000, () => 0.5))).toEqual([
      1000, 2000, 4000, 8000, 16000, 30000, 30000,
    ]);
    expect([0, 1].map((random) => backoffMs(2, 1000, () => random))).toEqual([1600, 2400]);
    expect(backoffMs(1, 60_000, () => 0.5)).toBe(60_000);
  });
});

describe("the loop against the demo server", () => {
  it("follows it, loses it, and finds it again restarted on the same port", async () => {
    const report = handReport(steadyRequests(50, 0.2));
    const start = (port: number): Promise<DemoServer> => startDemo({ report, port, speed: 20, model: "acme/chat-8b" });
    let server = await start(0);
    const states: string[] = [];
    const identities: ServerIdentity[] = [];
    const series = new LiveSeries();
    const scrapeLoop = new ScrapeLoop({
      source: metricsUrl(`${server.url}/metrics`, "demo"),
      series,
      intervalMs: 50,
      timeoutMs: 1000,
      random: () => 0,
      onPoint: ({ state }) => states.push(state),
      onIdentity: (identity) => identities.push(identity),
    });
    const until = async (reached: () => boolean) => {
      for (let waited = 0; !reached() && waited < 8000; waited += 20) await new Promise((resolve) => setTimeout(resolve, 20));
      expect(reached()).toBe(true);
    };
    try {
      scrapeLoop.start();
      await until(() => states.filter((state) => state === "live").length >= 5);
      expect(series.last?.rates.generation_tokens_total).toBeGreaterThan(0);
      expect(series.window(60)?.windows.itl_seconds?.p50).toBeGreaterThan(0);
      await until(() => identities.length > 0);
      expect(identities[0]).toMatchObject({ version: "0.19.0", model: "acme/chat-8b", maxModelLen: 800 });
      const { port } = server;
      await server.close();
      await until(() => states.at(-1) === "lost");
      // Start times are told in seconds: the new process must be seen to be younger.
      await new Promise((resolve) => setTimeout(resolve, 1100));
      server = await start(port);
      await until(() => states.includes("restarted") && states.at(-1) === "live");
      const order = states.filter((state, index) => state !== states[index - 1]);
      expect(order.slice(-3)).toEqual(["lost", "restarted", "live"]);
      await until(() => identities.length > 1);
    } finally {
      scrapeLoop.stop();
      await server.close();
    }
  });
});
