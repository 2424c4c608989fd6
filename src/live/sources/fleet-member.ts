import { message, plain } from "../../deployment/message.ts";
import { LeftEngines } from "../series/left-engines.ts";
import { isUnknownSpan, secondsBetween } from "../series/moment.ts";
import { growth, isIncomplete, isRestart } from "../series/point.ts";
import { scaled } from "../series/scaled.ts";
import type { EngineMeasures, Measures, Snapshot } from "../snapshot.ts";
import type { Ask, LiveEvent, LiveSource, Look, MemberRole, MemberState, Moment } from "../source.ts";

/** A server of a fleet and what it does there. */
export interface Member {
  readonly source: LiveSource;
  readonly role: MemberRole;
}

/** What a member adds to one look of its fleet. */
export interface Share {
  readonly name: string;
  readonly role: MemberRole;
  /** Gauges as they are; counters and histograms hold what came in. */
  readonly grown: Snapshot;
  /** Since the server's start. */
  readonly whole: Snapshot;
}

/** An answer may be so late before its server counts as lost; until then its last gauges stand. */
const lateSeconds = 3;
const longestWaitSeconds = 30;
/** What is shorter shows as a missing share alone. */
const toldGapSeconds = 5;

const noAnswerYet = message("No answer yet");

/** What a fleet remembers of one member: its last snapshot, what is under way, and how it stands. */
export class WatchedMember {
  private under: { readonly since: number } | undefined;
  private arrived: Look | undefined;
  private before: { readonly snapshot: Snapshot; readonly at: Moment } | undefined;
  private state: MemberState["state"] = "lost";
  private detail = "";
  private say: Ask["say"] = plain;
  private readonly left = new LeftEngines();
  private failures = 0;
  /** Of the steady clock. */
  private nextAt = Number.NEGATIVE_INFINITY;
  /** Unix seconds of the first failure since its last answer. */
  private lostSince: number | undefined;

  /** What of its last answer was left out. */
  limits: readonly string[] = [];
  /** What it wants before it gives figures; undefined where waiting may help, or while all is well. */
  refusal: "needs-key" | "wrong-page" | undefined;

  constructor(public member: Member) {}

  get name(): string {
    return this.member.source.name;
  }

  /** Asks, unless an answer is under way or it is too early after failures; ends when the answer is there. */
  async ask(ask: Ask, run: (task: () => Promise<Look>) => Promise<Look>): Promise<void> {
    const { steady } = ask.now();
    this.say = ask.say;
    if (this.under || steady < this.nextAt) return;
    const under = { since: steady };
    this.under = under;
    const look = await run(() => this.member.source.look(ask));
    if (this.under !== under) return;
    this.under = undefined;
    this.arrived = look;
  }

  /** Takes a look that somebody else has; undefined = none came yet. */
  receive(look: Look | undefined, { now, say }: Pick<Ask, "now" | "say">): void {
    this.say = say;
    this.under = look ? undefined : (this.under ?? { since: now().steady });
    this.arrived = look;
  }

  /** Forgets failures and what is under way: a person would not wait, or all was taken back. */
  anew(): void {
    this.under = undefined;
    this.failures = 0;
    this.nextAt = Number.NEGATIVE_INFINITY;
  }

  /** What it adds to a look at `now` that goes over `seconds`; undefined where its share is missing. */
  share(now: Moment, seconds: number | null, events: LiveEvent[]): Share | undefined {
    const look = this.arrived;
    this.arrived = undefined;
    if (!look) return this.late(now);
    if (look.kind === "none") {
      if (look.why !== "cancelled") this.failed(look.detail, now, look.why);
      return undefined;
    }
    this.limits = look.limits ?? [];
    return look.kind === "scrape" ? this.scraped(look.snapshot, now, seconds, events) : this.stretched(look, now, seconds, events);
  }

  standing(): MemberState {
    const { name, state, before } = this;
    const detail = state === "lost" && this.detail === "" ? this.say(noAnswerYet) : this.detail;
    const measures = before && measuresOf(before.snapshot);
    return { name, role: this.role(before?.snapshot), state, detail, engines: before?.snapshot.server.engines ?? 0, measures };
  }

  /** Nothing came this time: its last gauges stand for a moment, then it is lost. */
  private late(now: Moment): Share | undefined {
    if (this.under && now.steady - this.under.since > lateSeconds) this.lose(this.say(noAnswerYet), now);
    if (!this.before || this.state === "lost") return undefined;
    const { snapshot } = this.before;
    const still = { counters: {}, histograms: {} };
    const perEngine = snapshot.perEngine?.map((engine): EngineMeasures => ({ ...engine, ...still }));
    return this.shareOf({ ...snapshot, ...still, ...(perEngine ? { perEngine } : {}) }, snapshot);
  }

  private scraped(page: Snapshot, now: Moment, seconds: number | null, events: LiveEvent[]): Share | undefined {
    const last = this.before;
    const snapshot = this.left.follow(last?.snapshot, page);
    if (last && isIncomplete(last.snapshot, snapshot)) {
      this.failed(this.say(message("The page is not whole: figures it had before are missing")), now, "lost");
      return undefined;
    }
    const restarted = last !== undefined && isRestart(last.snapshot, snapshot);
    if (restarted) events.push({ time: now.time, kind: "restart", words: message("{0} was restarted", this.name), member: this.name });
    const from = last && !restarted && !isUnknownSpan(last.at, now) ? last.snapshot : snapshot;
    const part = this.part(seconds, last ? secondsBetween(last.snapshot, snapshot) : 0);
    const state = restarted ? "restarted" : stateOf(snapshot);
    this.answered(snapshot, now, state, events);
    return this.shareOf(grownSince(snapshot, from, part), snapshot);
  }

  private stretched(look: Extract<Look, { kind: "stretch" }>, now: Moment, seconds: number | null, events: LiveEvent[]): Share {
    const part = look.seconds === null ? 1 : this.part(seconds, look.seconds);
    const whole = look.sinceStart ?? look.grown;
    this.answered(whole, now, stateOf(look.grown), events);
    const perEngine = look.grown.perEngine?.map((engine) => ({ ...engine, ...scaled(engine, part) }));
    return this.shareOf({ ...look.grown, ...scaled(look.grown, part), ...(perEngine ? { perEngine } : {}) }, whole);
  }

  /**
   * How much of what came in since its last answer counts for this look: all, unless it was lost meanwhile. What came in while it was lost
   * stays missing; else its return would look like a burst.
   */
  private part(seconds: number | null, own: number): number {
    if (this.lostSince === undefined) return 1;
    return seconds === null || own <= 0 ? 0 : Math.min(1, seconds / own);
  }

  private answered(snapshot: Snapshot, now: Moment, state: MemberState["state"], events: LiveEvent[]): void {
    const lost = this.lostSince === undefined ? 0 : now.time - this.lostSince;
    if (this.lostSince !== undefined && lost >= toldGapSeconds) {
      const words = message("{0} did not answer for {1} s", this.name, Math.round(lost));
      events.push({ time: now.time, since: this.lostSince, kind: "gap", words });
    }
    this.before = { snapshot, at: now };
    this.state = state;
    this.detail = "";
    this.refusal = undefined;
    this.failures = 0;
    this.nextAt = Number.NEGATIVE_INFINITY;
    this.lostSince = undefined;
  }

  private failed(detail: string, now: Moment, why: "lost" | "wrong-page" | "needs-key" | "ended"): void {
    this.failures++;
    this.lose(detail, now);
    this.refusal = why === "needs-key" || why === "wrong-page" ? why : undefined;
    const wait = Math.min(longestWaitSeconds, 2 ** Math.min(10, this.failures - 1));
    this.nextAt = why === "needs-key" || why === "ended" ? Number.POSITIVE_INFINITY : now.steady + wait;
  }

  private lose(detail: string, now: Moment): void {
    this.state = "lost";
    this.detail = detail;
    if (this.before) this.lostSince ??= now.time;
  }

  private shareOf(grown: Snapshot, whole: Snapshot): Share {
    return { name: this.name, role: this.role(whole), grown, whole };
  }

  /** As whoever named the member knows it, else as its page tells. */
  private role(snapshot: Snapshot | undefined): MemberRole {
    const { role } = this.member;
    return role === "both" ? (snapshot?.role ?? role) : role;
  }
}

function measuresOf({ gauges, counters, histograms }: Measures): Measures {
  return { gauges, counters, histograms };
}

function stateOf({ gauges }: Measures): MemberState["state"] {
  return (gauges.requests_running ?? 1) + (gauges.requests_waiting ?? 0) > 0 ? "live" : "idle";
}

function grownSince(after: Snapshot, before: Snapshot, part: number): Snapshot {
  const grown = (late: Measures, early: Measures | undefined): Pick<Measures, "counters" | "histograms"> => {
    // An engine that was not there before has nothing to be compared with.
    const { counters, histograms } = growth(late, early ?? late, 0);
    return scaled({ counters, histograms }, part);
  };
  const perEngine = after.perEngine?.map((engine) => ({
    ...engine,
    ...grown(
      engine,
      before.perEngine?.find((one) => one.engine === engine.engine),
    ),
  }));
  return { ...after, ...grown(after, before), ...(perEngine ? { perEngine } : {}) };
}
