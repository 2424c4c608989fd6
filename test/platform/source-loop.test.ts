import { describe, expect, it, vi } from "vitest";
import { type DemoServer, startDemo } from "../../src/demo/server.ts";
import { plain } from "../../src/deployment/message.ts";
import { LiveSeries } from "../../src/live/series/series.ts";
import type { LivePoint, Snapshot } from "../../src/live/snapshot.ts";
import type { Ask, LiveSource, Look } from "../../src/live/source.ts";
import { fleetOf } from "../../src/platform/fleet-of.ts";
import type { FetchText } from "../../src/platform/http.ts";
import { ScrapeLoop, type ScrapeOptions } from "../../src/platform/scrape-loop.ts";
import { handReport, steadyRequests } from "../demo/hand-report.ts";
import { FakeClock } from "../support/fake-clock.ts";

function snapshot({ time, steady }: { readonly time: number; readonly steady?: number }, tokens: number): Snapshot {
  return {
    time,
    ...(steady === undefined ? {} : { steady }),
    server: { kind: "vllm", model: "m", engines: 1 },
    gauges: { requests_running: 1 },
    counters: { generation_tokens_total: tokens },
    histograms: {},
    startedAt: undefined,
    cacheConfig: undefined,
  };
}

/** Ten tokens a second of the clock that never steps. */
const steadyTokens = (ask: Ask): Look => {
  const at = ask.now();
  return { kind: "scrape", snapshot: snapshot(at, Math.round(at.steady * 10)), problems: [] };
};

function looping(look: (ask: Ask) => Look | Promise<Look>, more: Partial<LiveSource> = {}, options: Partial<ScrapeOptions> = {}) {
  const clock = new FakeClock();
  const points: LivePoint[] = [];
  const asks = new Set<Ask>();
  const source: LiveSource = {
    kind: "metrics-url",
    name: "test",
    identityAt: [],
    look: (ask) => {
      asks.add(ask);
      return Promise.resolve(look(ask));
    },
    ...more,
  };
  const series = new LiveSeries();
  const loop = new ScrapeLoop({
    source,
    series,
    intervalMs: 1000,
    clock,
    random: () => 0.5,
    onPoint: (point) => points.push(point),
    ...options,
  });
  return { loop, clock, points, asks, series };
}

const rates = (points: readonly LivePoint[]) => points.map((point) => point.rates.generation_tokens_total);

describe("the loop over any source", () => {
  it("compares the versions of a fleet's servers once they answer, where somebody listens", async () => {
    const asked: string[] = [];
    const told: (readonly string[])[] = [];
    const fetchText: FetchText = (url) => {
      asked.push(url);
      const version = url.startsWith("http://a") ? "0.11.0" : "0.10.2";
      return Promise.resolve({
        text: JSON.stringify(url.endsWith("/version") ? { version } : {}),
        contentType: "application/json",
        seconds: 0,
      });
    };
    const identityAt = ["http://a:1/metrics", "http://b:1/metrics"];
    const onIdentity = () => undefined;
    const listening = looping(steadyTokens, { identityAt }, { fetchText, onIdentity, onVersions: (versions) => told.push(versions) });
    listening.loop.start();
    await listening.clock.pass(1_500);
    await vi.waitFor(() => expect(told).toEqual([["0.11.0", "0.10.2"]]));
    listening.loop.stop();

    asked.length = 0;
    const deaf = looping(steadyTokens, { identityAt }, { fetchText, onIdentity });
    deaf.loop.start();
    await deaf.clock.pass(1_500);
    await vi.waitFor(() => expect(asked).toContain("http://a:1/version"));
    deaf.loop.stop();
    expect(asked.filter((url) => url.startsWith("http://b"))).toEqual([]);
  });

  it("keeps its pace and its rates when the clock is set back or forwards", async () => {
    const { loop, clock, points, series } = looping(steadyTokens);
    loop.start();
    await clock.pass(2_500);
    clock.set = -3_600_000;
    await clock.pass(3_000);
    clock.set = 0;
    await clock.pass(3_000);
    expect(points).toHaveLength(9);
    // Back: nothing of it is seen. Forwards again: a gap of unknown length, once.
    expect(rates(points)).toEqual([undefined, 10, 10, 10, 10, 10, undefined, 10, 10]);
    const times = points.map(({ time }) => time);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(series.events.map(({ kind }) => kind)).toEqual(["gap"]);
    loop.stop();
  });

  it("begins with what the source remembers, once, and goes on from there", async () => {
    const past = Array.from(
      { length: 5 },
      (_, i): Look => ({ kind: "stretch", grown: snapshot({ time: 900 + i * 10 }, 50), seconds: 10, problems: [] }),
    );
    const spans: number[][] = [];
    const told: number[] = [];
    const { loop, clock, series } = looping(
      (ask) => ({ kind: "stretch", grown: snapshot(ask.now(), 7), seconds: 1, problems: [] }),
      {
        history: (_, from, to, step) => {
          spans.push([from, to, step]);
          return Promise.resolve(past);
        },
      },
      { past: { seconds: 600, stepSeconds: 10 }, onPast: () => told.push(series.points.length) },
    );
    loop.start();
    await clock.pass(1_500);
    loop.pause();
    loop.resume();
    await clock.pass(500);
    expect(spans).toEqual([[400, 1000, 10]]);
    expect(told).toEqual([5]);
    expect(rates(series.points).slice(0, 7)).toEqual([5, 5, 5, 5, 5, 7, 7]);
    expect(series.points.map(({ snapshot: kept }) => kept?.counters.generation_tokens_total).slice(0, 6)).toEqual([
      50, 100, 150, 200, 250, 257,
    ]);
    loop.stop();
  });

  it("tells what is left out once, until it is something else", async () => {
    const told: (readonly string[])[] = [];
    let limits: readonly string[] = ["too long"];
    const { loop, clock } = looping((ask) => ({ ...steadyTokens(ask), limits }), {}, { onLimits: (now) => told.push(now) });
    loop.start();
    await clock.pass(3_500);
    limits = [];
    await clock.pass(2_000);
    limits = ["longer"];
    await clock.pass(2_000);
    expect(told).toEqual([["too long"], ["longer"]]);
    loop.stop();
  });

  it("stops where a source has ended, and says so", async () => {
    let left = 3;
    let ended = 0;
    const { loop, clock, points } = looping(
      (ask) =>
        left-- > 0
          ? steadyTokens(ask)
          : { kind: "none", why: "ended", detail: "The recording is over", time: ask.now().time, problems: [] },
      {},
      { onEnd: () => ended++ },
    );
    loop.start();
    await clock.pass(60_000);
    expect([points.length, ended, clock.waiting]).toEqual([3, 1, 0]);
  });

  it("asks through one port until it is paused, so that what is under way may outlast a look", async () => {
    const { loop, clock, asks } = looping(steadyTokens);
    loop.start();
    await clock.pass(5_000);
    expect(asks.size).toBe(1);
    loop.pause();
    // What waits on the port ends at once.
    const [ask] = asks;
    let waited = false;
    void ask?.wait(1000).then(() => {
      waited = true;
    });
    await clock.pass(1);
    expect(waited).toBe(true);
    loop.resume();
    await clock.pass(100);
    expect(asks.size).toBe(2);
    loop.stop();
    expect(clock.waiting).toBe(0);
  });
});

describe("a fleet of demo servers", () => {
  it("goes on while one is killed, and takes it back when it is there again", { timeout: 30_000 }, async () => {
    const report = handReport(steadyRequests(400, 0.05));
    const start = (port = 0): Promise<DemoServer> => startDemo({ report, port, speed: 5 });
    const stays = await start();
    let goes = await start();
    const { port } = goes;
    const series = new LiveSeries();
    const loop = new ScrapeLoop({ source: fleetOf([`${stays.url}/metrics`, `${goes.url}/metrics`]), series, intervalMs: 100 });
    const until = async (reached: () => boolean) => {
      for (let waited = 0; !reached() && waited < 12_000; waited += 20) await new Promise((resolve) => setTimeout(resolve, 20));
      expect(reached()).toBe(true);
    };
    const missing = () => series.last?.missing ?? [];
    try {
      loop.start();
      await until(() => series.points.length > 5 && missing().length === 0);
      expect(series.last?.snapshot?.perEngine).toHaveLength(2);
      await goes.close();
      await until(() => missing().length === 1);
      expect(missing()).toEqual([`127.0.0.1:${port}`]);
      expect(loop.status.state).toBe("live");
      // Start times are told in seconds: the new process must be seen to be younger.
      await new Promise((resolve) => setTimeout(resolve, 1100));
      goes = await start(port);
      await until(() => missing().length === 0);
      expect(series.events.map(({ words }) => plain(words))).toContain(`127.0.0.1:${port} was restarted`);
      const totals = series.points.flatMap((point) => point.snapshot?.counters.generation_tokens_total ?? []);
      expect(totals).toEqual([...totals].sort((a, b) => a - b));
    } finally {
      loop.stop();
      await stays.close();
      await goes.close();
    }
  });
});
