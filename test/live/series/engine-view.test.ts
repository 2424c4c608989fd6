import { expect, test } from "vitest";
import { EngineView } from "../../../src/live/series/engine-view.ts";
import { pointAlone, pointBetween } from "../../../src/live/series/point.ts";
import type { EngineMeasures, LivePoint, Snapshot } from "../../../src/live/snapshot.ts";

const engine = (name: string, running: number, tokens: number): EngineMeasures => ({
  engine: name,
  gauges: { requests_running: running },
  counters: { generation_tokens_total: tokens },
  histograms: {},
});
const page = (time: number, perEngine?: readonly EngineMeasures[]): Snapshot => ({
  time,
  server: { kind: "vllm", model: null, engines: 2 },
  gauges: {},
  counters: {},
  histograms: {},
  startedAt: undefined,
  cacheConfig: undefined,
  ...(perEngine ? { perEngine } : {}),
});
const points = (...pages: readonly Snapshot[]): readonly LivePoint[] =>
  pages.map((after, i) => {
    const before = pages[i - 1];
    return before ? pointBetween(before, after) : pointAlone(after);
  });

test("one engine's gauges and rates are its own", () => {
  const view = new EngineView("1");
  const all = points(page(10, [engine("0", 3, 100), engine("1", 5, 200)]), page(12, [engine("0", 4, 900), engine("1", 7, 260)]));
  const seen = all.map((point) => view.take(point));
  expect(seen[0]?.snapshot?.gauges.requests_running).toBe(5);
  // 60 tokens in 2 s.
  expect(seen[1]).toMatchObject({
    rates: { generation_tokens_total: 30 },
    snapshot: { gauges: { requests_running: 7 }, server: { engines: 1 } },
  });
});

test("an engine that is gone is lost, and one that counts anew was restarted", () => {
  const view = new EngineView("1");
  const all = points(
    page(10, [engine("1", 5, 200)]),
    page(11, [engine("0", 1, 10)]),
    page(12, [engine("1", 5, 300)]),
    page(13, [engine("1", 1, 20)]),
  );
  expect(all.map((point) => view.take(point)?.state)).toEqual(["live", "lost", "live", "restarted"]);
});

test("where engines were not kept apart there is no point", () => {
  expect(new EngineView("1").take(pointAlone(page(10)))).toBeUndefined();
});

test("a lost point stays one", () => {
  const lost: LivePoint = { time: 9, state: "lost", error: "refused", snapshot: undefined, rates: {}, windows: {}, prefixHitRate: null };
  expect(new EngineView("1").take(lost)).toBe(lost);
});
