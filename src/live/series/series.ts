import { message } from "../../deployment/message.ts";
import type { LivePoint, Snapshot } from "../snapshot.ts";
import type { LiveEvent, Look, MemberState } from "../source.ts";
import { History } from "./history.ts";
import { LeftEngines } from "./left-engines.ts";
import { isUnknownSpan, shownTime, type Told } from "./moment.ts";
import { isIncomplete, isRestart, pointAlone, pointBetween, pointOf } from "./point.ts";
import { Sharing } from "./sharing.ts";
import { Totals } from "./totals.ts";
import { type LiveWindow, measureWindow } from "./window.ts";

/** Engines times points for which each engine is kept apart: five minutes of eight engines at one a second. */
const engineHistory = 2400;
const mostEnginePoints = 300;
const mostEvents = 500;
/** A scrape or two that fail are seen as lost points; an event is what lasts longer. */
const toldGapSeconds = 5;

/**
 * The history of what is attached, whatever its source: every point of the last hour, older ones thinned, memory bounded. Time never goes
 * back in it, and nothing is compared across a restart or a span of unknown length.
 */
export class LiveSeries {
  private history: History;
  private happened: LiveEvent[] = [];
  private totals = new Totals();
  private left = new LeftEngines();
  private readonly sharing = new Sharing();
  /** The last answer as it is kept, also when failures followed it. */
  private lastSnapshot: Snapshot | undefined;
  /** When that was by its own clocks. */
  private answeredAt: Told | undefined;
  /** The last look, answered or not. */
  private looked: { readonly shown: number; readonly moment: Told } | undefined;
  /** Unix seconds of the first failure since the last answer. */
  private lostSince: number | undefined;
  private fleet: readonly MemberState[] = [];
  /** Of the points that hold their engines. */
  private readonly engineTimes: number[] = [];

  constructor(private readonly capacity = 12_000) {
    this.history = new History(capacity);
  }

  /** Forgets all: what comes next is no continuation of it. */
  reset(): void {
    this.history = new History(this.capacity);
    this.happened = [];
    this.totals = new Totals();
    this.left = new LeftEngines();
    this.lastSnapshot = undefined;
    this.answeredAt = undefined;
    this.looked = undefined;
    this.lostSince = undefined;
    this.fleet = [];
  }

  get points(): readonly LivePoint[] {
    return this.history.points;
  }

  get last(): LivePoint | undefined {
    return this.points.at(-1);
  }

  /** The servers of a fleet as the last look found them; empty where there is one server. */
  get members(): readonly MemberState[] {
    return this.fleet;
  }

  /** What happened, oldest first. */
  get events(): readonly LiveEvent[] {
    return this.happened;
  }

  /** Takes a look in and says what it means beside the one before. */
  take(look: Look): LivePoint {
    if (look.members) this.fleet = look.members;
    for (const event of look.events ?? []) this.mark(event);
    switch (look.kind) {
      case "scrape":
        return this.push(look.snapshot);
      case "stretch":
        return this.grow(look.grown, look.seconds);
      case "none":
        return this.fail(look.detail, look.time, look.steady);
      default:
        return look satisfies never;
    }
  }

  /** Takes a scrape in. */
  push(page: Snapshot): LivePoint {
    const before = this.lastSnapshot;
    const scraped = this.left.follow(before, page);
    if (before && isIncomplete(before, scraped)) {
      return this.fail("The page is not whole: figures it had before are missing", scraped.time, scraped.steady);
    }
    const unknownSpan = this.answeredAt !== undefined && isUnknownSpan(this.answeredAt, scraped);
    const snapshot = this.answered(scraped, scraped);
    if (!before) return this.keep(pointAlone(snapshot));
    if (isRestart(before, snapshot)) {
      this.mark({ time: snapshot.time, kind: "restart", words: message("The server was restarted") });
      return this.keep(pointAlone(snapshot, "restarted"));
    }
    return this.keep(unknownSpan ? this.anew(snapshot) : pointBetween(before, snapshot));
  }

  /** Takes a failed look in. `time` in unix seconds, `steady` where it is known. */
  fail(error: string, time: number, steady?: number): LivePoint {
    const shown = this.shown({ time, ...(steady === undefined ? {} : { steady }) });
    this.lostSince ??= shown;
    return this.keep({
      time: shown,
      state: "lost",
      error: this.sharing.text(error),
      snapshot: undefined,
      rates: {},
      windows: {},
      prefixHitRate: null,
    });
  }

  /** Puts an event on the time axis that a look does not tell: a difference from the file, a deployment. */
  mark(event: LiveEvent): void {
    this.happened.push(event);
    if (this.happened.length > mostEvents) this.happened.shift();
  }

  /** What came in during the last `seconds` before `until` (the last point by default), never across a restart. */
  window(seconds: number, until = this.last?.time ?? 0): LiveWindow | undefined {
    return measureWindow(this.points, until - seconds, until);
  }

  /** Takes in what a source worked out itself. */
  private grow(grown: Snapshot, seconds: number | null): LivePoint {
    const isFirst = this.lastSnapshot === undefined;
    const { steady: _, ...untimed } = grown;
    const snapshot = this.answered(this.totals.add(untimed, seconds ?? 0), grown);
    if (seconds === null) return this.keep(isFirst ? pointAlone(snapshot) : this.anew(snapshot));
    return this.keep(pointOf(snapshot, { seconds, counters: grown.counters, histograms: grown.histograms }));
  }

  private anew(snapshot: Snapshot): LivePoint {
    this.mark({ time: snapshot.time, kind: "gap", words: message("This computer slept, or its clock was set forwards") });
    return { ...pointAlone(snapshot), anew: true };
  }

  /** Notes an answer given at `moment`: the snapshot as it is kept. */
  private answered(snapshot: Snapshot, moment: Told): Snapshot {
    const kept = { ...this.sharing.snapshot(snapshot), time: this.shown(moment) };
    const since = this.lostSince;
    if (since !== undefined && kept.time - since >= toldGapSeconds) {
      this.mark({ time: kept.time, since, kind: "gap", words: message("No answer for {0} s", Math.round(kept.time - since)) });
    }
    this.lostSince = undefined;
    this.answeredAt = { time: moment.time, ...(moment.steady === undefined ? {} : { steady: moment.steady }) };
    this.lastSnapshot = kept;
    return kept;
  }

  private shown(moment: Told): number {
    const shown = shownTime(this.looked, moment);
    this.looked = { shown, moment: { time: moment.time, ...(moment.steady === undefined ? {} : { steady: moment.steady }) } };
    return shown;
  }

  private keep(point: LivePoint): LivePoint {
    const missing = this.fleet.filter(({ state }) => state === "lost").map(({ name }) => name);
    const whole = missing.length > 0 && point.snapshot ? { ...point, missing } : point;
    this.history.add(whole);
    this.forgetEngines(point);
    return whole;
  }

  /** Engines are kept apart for the newest points alone. */
  private forgetEngines({ time, snapshot }: LivePoint): void {
    if (!snapshot?.perEngine) return;
    this.engineTimes.push(time);
    const kept = Math.min(mostEnginePoints, Math.floor(engineHistory / Math.max(1, snapshot.perEngine.length)));
    while (this.engineTimes.length > kept) this.history.change(this.engineTimes.shift() ?? 0, withoutEngines);
  }
}

function withoutEngines(point: LivePoint): LivePoint {
  if (!point.snapshot?.perEngine) return point;
  const { perEngine: _, ...snapshot } = point.snapshot;
  return { ...point, snapshot };
}
