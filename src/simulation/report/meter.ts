import type { Totals } from "../engine/scheduling.ts";
import type { TimelineLog } from "../timeline/timeline-log.ts";
import type { TimeSeries } from "./report.ts";

const mostBins = 600;
const firstBinNanoseconds = 1e7;
const mostSpans = 4096;

/** Sums over time in evenly spaced bins. The bins double in width whenever time outgrows them, so a run of any length has 300 to 600. */
class Bins {
  width = firstBinNanoseconds;
  readonly rows: readonly Float64Array[];

  constructor(rows: number) {
    this.rows = Array.from({ length: rows }, () => new Float64Array(mostBins));
  }

  clear(): void {
    this.width = firstBinNanoseconds;
    for (const row of this.rows) row.fill(0);
  }

  /** Makes room up to `time`. */
  reach(time: number): void {
    while (time > this.width * mostBins) {
      for (const row of this.rows) {
        for (let i = 0; i < mostBins; i++) row[i] = 2 * i < mostBins ? (row[2 * i] as number) + (row[2 * i + 1] as number) : 0;
      }
      this.width *= 2;
    }
  }

  /** Adds `amount`, spread evenly over [from, to]. */
  spread(row: Float64Array, from: number, to: number, amount: number): void {
    const { width } = this;
    let bin = Math.min(mostBins - 1, Math.floor(from / width));
    if (to <= (bin + 1) * width || bin === mostBins - 1) {
      row[bin] = (row[bin] as number) + amount;
      return;
    }
    const perNanosecond = amount / (to - from);
    for (let start = from; start < to; bin++) {
      const end = bin === mostBins - 1 ? to : Math.min(to, (bin + 1) * width);
      row[bin] = (row[bin] as number) + (end - start) * perNanosecond;
      start = end;
    }
  }
}

const rowNames = ["arrivals", "running", "waiting", "used", "prompt", "output", "busy", "steps", "sequence", "preemptions"] as const;
type Row = (typeof rowNames)[number];

/** 0 … 1. */
interface StoreLevel {
  readonly usage: number;
}

/** What a run looks like over time, in nanoseconds since `origin`. Levels are integrated exactly, counts are spread over their step. */
export class Meter {
  origin = 0;
  /** When the queue was last empty, as of the last arrival. */
  emptyAtLastArrival = 0;
  private lastEmpty = 0;
  outputTokens = 0;
  /** Since the run began, warm-up included. */
  steps = 0;
  promptTokens = 0;
  /** Integral of the client's own queue being in use. */
  cappedNanoseconds = 0;
  capped = false;
  private last = 0;
  private busyInstances = 0;
  private stepsInFlight = 0;
  private sequenceSteps = 0;
  private readonly bins: Bins;
  private readonly row: Readonly<Record<Row, Float64Array>>;
  private countedPreemptions = 0;
  private readonly spanFrom = new Float64Array(mostSpans);
  private readonly spanTo = new Float64Array(mostSpans);
  private spans = 0;
  private blockedInstances = 0;
  private readonly isBlocked: Uint8Array;

  constructor(
    /** Of the fleet where requests stay: its blocks are shown. */
    private readonly totals: Totals,
    /** Of the fleet that only computes their prompts. */
    private readonly prefill: Totals | null,
    private readonly instances: number,
    private readonly usableBlocks: number,
    /** Steps one by one, where somebody wants to see them. */
    readonly timeline: TimelineLog | null = null,
    /** Stores behind the caches, how full each kind is. */
    private readonly tiers: readonly StoreLevel[] = [],
  ) {
    this.bins = new Bins(rowNames.length + tiers.length);
    this.isBlocked = new Uint8Array(instances);
    const entries = rowNames.map((name, i) => [name, this.bins.rows[i] as Float64Array]);
    this.row = Object.fromEntries(entries) as Record<Row, Float64Array>;
  }

  /** Up to when everything is counted: the time of what happens now. */
  get now(): number {
    return this.last;
  }

  /** Whether these blocks are those whose use is shown. */
  shows(totals: Totals): boolean {
    return totals === this.totals;
  }

  private get preemptions(): number {
    return this.totals.preemptions + (this.prefill?.preemptions ?? 0);
  }

  /** Starts anew: what came before was warm-up. */
  reset(now: number): void {
    this.origin = now;
    this.last = now;
    this.lastEmpty = now;
    this.emptyAtLastArrival = now;
    this.outputTokens = 0;
    this.promptTokens = 0;
    this.cappedNanoseconds = 0;
    this.spans = 0;
    this.countedPreemptions = this.preemptions;
    this.bins.clear();
  }

  /** Brings the integrals up to `now` with the levels that held until then. */
  advance(now: number): void {
    const { totals, prefill, preemptions, row, bins } = this;
    if (now === this.last) return;
    const from = this.last - this.origin;
    const to = now - this.origin;
    const passed = to - from;
    bins.reach(to);
    const waiting = totals.waiting + (prefill?.waiting ?? 0);
    bins.spread(row.running, from, to, (totals.running + (prefill?.running ?? 0)) * passed);
    bins.spread(row.waiting, from, to, waiting * passed);
    bins.spread(row.used, from, to, totals.usedBlocks * passed);
    bins.spread(row.busy, from, to, this.busyInstances * passed);
    bins.spread(row.steps, from, to, this.stepsInFlight * passed);
    if (this.sequenceSteps > 0) bins.spread(row.sequence, from, to, this.sequenceSteps * passed);
    for (let i = 0; i < this.tiers.length; i++)
      bins.spread(bins.rows[rowNames.length + i] as Float64Array, from, to, (this.tiers[i] as StoreLevel).usage * passed);
    if (preemptions > this.countedPreemptions) {
      bins.spread(row.preemptions, from, from, preemptions - this.countedPreemptions);
      this.countedPreemptions = preemptions;
    }
    if (waiting === 0) this.lastEmpty = now;
    if (this.capped) this.cappedNanoseconds += passed;
    this.last = now;
  }

  arrived(now: number): void {
    const at = now - this.origin;
    this.bins.reach(at);
    this.bins.spread(this.row.arrivals, at, at, 1);
    this.emptyAtLastArrival = this.lastEmpty;
  }

  stepStarted(sequence: boolean, wasIdle: boolean): void {
    this.stepsInFlight++;
    if (wasIdle) this.busyInstances++;
    if (sequence) this.sequenceSteps++;
  }

  stepEnded(from: number, to: number, promptTokens: number, outputTokens: number, sequence: boolean, isIdle: boolean): void {
    this.steps++;
    this.stepsInFlight--;
    if (isIdle) this.busyInstances--;
    if (sequence) this.sequenceSteps--;
    const start = Math.max(0, from - this.origin);
    this.promptTokens += promptTokens;
    this.outputTokens += outputTokens;
    if (promptTokens > 0) this.bins.spread(this.row.prompt, start, to - this.origin, promptTokens);
    if (outputTokens > 0) this.bins.spread(this.row.output, start, to - this.origin, outputTokens);
  }

  /** Told afterwards: a step that only decoded, and how many blocks were in use then beyond those counted. */
  decoded(from: number, to: number, blocks: number, tokens: number): void {
    this.steps++;
    this.outputTokens += tokens;
    this.bins.spread(this.row.output, from - this.origin, to - this.origin, tokens);
    this.held(from, to, blocks);
  }

  /** Told afterwards: blocks that were in use beyond those counted. */
  held(from: number, to: number, blocks: number): void {
    if (blocks > 0) this.bins.spread(this.row.used, from - this.origin, to - this.origin, blocks * (to - from));
  }

  /** Whether the cache keeps this instance's first waiting request out, from its step at `now` on. */
  blocked(blocked: boolean, now: number, instance: number): void {
    if ((this.isBlocked[instance] === 1) === blocked) return;
    this.isBlocked[instance] = blocked ? 1 : 0;
    this.blockedInstances += blocked ? 1 : -1;
    if (blocked && this.blockedInstances === 1) this.openSpan(now - this.origin);
    else if (this.blockedInstances === 0 && this.spans > 0) this.spanTo[this.spans - 1] = now - this.origin;
  }

  private openSpan(at: number): void {
    const last = this.spans - 1;
    if (this.spans === mostSpans || (last >= 0 && at - (this.spanTo[last] as number) < this.bins.width)) {
      this.spanTo[last] = Number.NaN;
      return;
    }
    this.spanFrom[this.spans] = at;
    this.spanTo[this.spans++] = Number.NaN;
  }

  /** Spans in seconds in which the cache was full, those closer than a 60th of the run joined, short ones left out. */
  fullSpans(end: number): readonly { readonly from: number; readonly to: number }[] {
    const total = (end - this.origin) / 1e9;
    const joined: { from: number; to: number }[] = [];
    for (let i = 0; i < this.spans; i++) {
      const from = (this.spanFrom[i] as number) / 1e9;
      const closed = this.spanTo[i] as number;
      const to = Number.isNaN(closed) ? total : closed / 1e9;
      const before = joined.at(-1);
      if (before && from - before.to < total / 60) before.to = to;
      else joined.push({ from, to });
    }
    return joined.filter((span) => span.to - span.from > total / 200);
  }

  /** Share of the instances' time in which at least one step was in flight. */
  busyShare(end: number): number {
    const time = end - this.origin;
    return time > 0 ? sum(this.row.busy) / (time * this.instances) : 0;
  }

  series(end: number): TimeSeries {
    const { bins, row } = this;
    const time = Math.max(1, end - this.origin);
    bins.reach(time);
    const count = Math.min(mostBins, Math.max(1, Math.ceil(time / bins.width)));
    const widths = Float64Array.from({ length: count }, (_, i) => Math.min(time, (i + 1) * bins.width) - i * bins.width);
    const over = (values: Float64Array, by: number) => widths.map((width, i) => (values[i] as number) / (width * by));
    return {
      t: widths.map((width, i) => (i * bins.width + width) / 1e9),
      arrivalsPerSecond: over(row.arrivals, 1e-9),
      running: over(row.running, 1),
      waiting: over(row.waiting, 1),
      kvUsage: over(row.used, Math.max(1, this.usableBlocks)),
      promptTokensPerSecond: over(row.prompt, 1e-9),
      outputTokensPerSecond: over(row.output, 1e-9),
      sequenceShare: widths.map((_, i) =>
        (row.steps[i] as number) > 0 ? (row.sequence[i] as number) / (row.steps[i] as number) : Number.NaN,
      ),
      busyShare: over(row.busy, this.instances),
      preemptionsPerSecond: over(row.preemptions, 1e-9),
      ...(this.tiers.length > 0 ? { tierUsage: bins.rows.slice(rowNames.length).map((values) => over(values, 1)) } : {}),
    };
  }
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
