import { describe, expect, it } from "vitest";
import { plain } from "../../../src/deployment/message.ts";
import { Alerts, type Watched } from "../../../src/live/alerts/alerts.ts";
import { Held } from "../../../src/live/alerts/held.ts";
import { limitMissed } from "../../../src/live/alerts/limit-missed.ts";
import type { DriftRow } from "../../../src/live/drift/drift.ts";
import { isQueueTold, queueGrowth } from "../../../src/live/series/queue-growth.ts";
import type { Histogram, LivePoint } from "../../../src/live/snapshot.ts";
import type { MemberState } from "../../../src/live/source.ts";
import { random as randomOf } from "../../webview/fixtures/random.ts";

describe("Held", () => {
  it("counts after a while, is over after a while, and is told once each", () => {
    const held = new Held(30, 60);
    const told = Array.from({ length: 200 }, (_, time) => [time, held.take(time >= 10 && time < 100, time)] as const);
    expect(told.filter(([, turn]) => turn !== undefined)).toEqual([
      [40, "raised"],
      [160, "cleared"],
    ]);
  });

  it("forgets what did not last, and goes by nothing that cannot be told", () => {
    const held = new Held(30, 60);
    for (let time = 0; time < 100; time++) expect(held.take(time % 20 < 15, time)).toBeUndefined();
    expect(held.take(undefined, 500)).toBeUndefined();
  });
});

describe("limitMissed", () => {
  // 100 requests: 80 within 100 ms, 90 within 250 ms, 97 within 500 ms.
  const histogram: Histogram = {
    upper: Float64Array.of(0.1, 0.25, 0.5, Number.POSITIVE_INFINITY),
    count: Float64Array.of(80, 90, 97, 100),
    sum: 10,
    total: 100,
  };

  it.each([
    [0.25, 95, true],
    // Between 250 and 500 ms lie 7 requests: whether 5 of them took more than 300 ms, no one can tell.
    [0.3, 95, undefined],
    [0.5, 95, false],
    [0.6, 95, false],
    [0.2, 75, false],
    [0.6, 98, undefined],
    [0.05, 95, true],
    [0.05, 50, undefined],
  ])("a limit of %d s for %d %%: %s", (limit, percentile, missed) => {
    // 0.05 s lies in the first bucket, of which at most 80 are within: below 95, not below 50.
    expect(limitMissed(histogram, limit, percentile)).toBe(missed);
  });

  it("says nothing of a tail of few requests", () => {
    expect(limitMissed({ ...histogram, total: 19 }, 0.25, 95)).toBeUndefined();
  });
});

function point(time: number, waiting: number, state: LivePoint["state"] = "live", finished = 0): LivePoint {
  const server = { kind: "vllm", model: null, engines: 1 } as const;
  const snapshot = {
    time,
    server,
    gauges: { requests_waiting: waiting },
    counters: { request_success_total: finished },
    histograms: {},
    startedAt: undefined,
    cacheConfig: undefined,
  };
  return { time, state, snapshot, rates: {}, windows: {}, prefixHitRate: null };
}

describe("a queue of two minutes", () => {
  const over = (waiting: (time: number) => number, finished = 1): LivePoint[] =>
    Array.from({ length: 121 }, (_, time) => point(time, waiting(time), "live", finished * time));
  const grows = (points: readonly LivePoint[], until: number): boolean => queueGrowth(points, until - 120, until) !== null;

  it.each([
    // Of 2 requests a second, 240 in the two minutes, chance leaves up to 3·√480 = 66 in the queue; of 10 a second 147.
    ["one that gains a request a second, of 2 that finish", (time: number) => time, 2, true],
    ["one that gains what chance would, of 10 that finish", (time: number) => time, 10, false],
    ["one that stays", () => 40, 2, false],
    ["one that empties", (time: number) => 200 - time, 2, false],
    ["one that jumped at the end", (time: number) => (time > 110 ? 200 : 0), 2, false],
  ] as const)("%s", (_, waiting, finished, expected) => {
    expect(grows(over(waiting, finished), 120)).toBe(expected);
  });

  it("is not fooled by queues at 90 % load in more than 1 of 100 looks", () => {
    const random = randomOf(7);
    let waiting = 0;
    const points: LivePoint[] = [];
    let alarms = 0;
    let looks = 0;
    for (let time = 0; time < 40_000; time++) {
      for (let i = 0; i < 10; i++) waiting = Math.max(0, waiting + (random() < 0.45 ? 1 : 0) - (random() < 0.5 ? 1 : 0));
      points.push(point(time, waiting, "live", 4.5 * time));
      if (points.length > 130) points.shift();
      if (time % 10 !== 0 || time < 120) continue;
      looks++;
      if (grows(points, time)) alarms++;
    }
    expect(alarms / looks).toBeLessThan(0.01);
  });

  it("says nothing before the time is over, or where the server tells no queue", () => {
    const all = over(() => 3);
    expect(isQueueTold(all, 0, 120)).toBe(true);
    expect(isQueueTold(all.slice(0, 100), -21, 99)).toBe(false);
    expect(isQueueTold([...all.slice(0, 50), ...all.slice(75)], 0, 120)).toBe(false);
    expect(isQueueTold([], -21, 99)).toBe(false);
  });
});

describe("Alerts", () => {
  const quiet: Watched = { time: 0, points: [], window: undefined, slo: null, members: [], drift: [] };
  const member: MemberState = { name: "pod-3", role: "both", state: "live", detail: "", engines: 1, measures: undefined };
  const row: DriftRow = {
    setting: "max-num-seqs",
    file: "256",
    server: "128",
    from: "/server_info",
    verdict: "different",
    predicted: false,
    lines: null,
  };

  it("tells a restart, a lost member and a difference from the file once, and when each is over", () => {
    const alerts = new Alerts();
    const told: [number, string][] = [];
    for (let time = 0; time < 500; time++) {
      const { raised, cleared } = alerts.take({
        ...quiet,
        time,
        points: [point(time, 0, time === 10 ? "restarted" : "live")],
        members: [{ ...member, state: time >= 50 && time < 100 ? "lost" : "live" }],
        drift: [{ ...row, verdict: time >= 200 && time < 250 ? "different" : "equal" }],
      });
      for (const { words } of raised) told.push([time, plain(words)]);
      for (const { words } of cleared) told.push([time, `over: ${plain(words)}`]);
    }
    expect(told).toEqual([
      [10, "The server was restarted"],
      [65, "pod-3 does not answer"],
      [115, "over: pod-3 does not answer"],
      [200, "The server runs max-num-seqs 128, the file says 256"],
      [250, "over: The server runs max-num-seqs 128, the file says 256"],
      [311, "over: The server was restarted"],
    ]);
    expect(alerts.current).toEqual([]);
  });

  it("is over with what it was about: a member that left, a file that changed", () => {
    const alerts = new Alerts();
    alerts.take({ ...quiet, members: [{ ...member, state: "lost" }], drift: [row] });
    alerts.take({ ...quiet, time: 20, members: [{ ...member, state: "lost" }], drift: [row] });
    expect(alerts.current.map(({ kind }) => kind)).toEqual(["drift", "member-lost"]);
    alerts.take({ ...quiet, time: 40 });
    alerts.take({ ...quiet, time: 60 });
    expect(alerts.current).toEqual([]);
  });

  it("tells of no figure of ours that differs: that is the model's", () => {
    const alerts = new Alerts();
    expect(alerts.take({ ...quiet, drift: [{ ...row, predicted: true }] }).raised).toEqual([]);
  });
});
