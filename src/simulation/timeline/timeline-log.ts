import type { Batch } from "../../timing/step-model.ts";
import { Rows } from "./rows.ts";
import { type Moment, moments, type Timeline, type TimelineInstance } from "./timeline.ts";

/** Steps that a log holds, and twice as many rows of each other kind. */
const mostLoggedSteps = 200_000;

const kindOf = Object.fromEntries(moments.map((moment, i) => [moment, i])) as Readonly<Record<Moment, number>>;

const none = { float: new Float64Array(0), int: new Int32Array(0) };

/**
 * Writes down what happens in a run while it goes: hand it in as `RunControl.timeline`, and take what it holds when the run is over. It
 * begins at a time of the run and ends when a table is full, never in the middle of an instant: in between nothing is left out.
 */
export class TimelineLog {
  private now = 0;
  private origin = 0;
  private isOpen = false;
  /** When it was full; Infinity before. */
  private closedAt = Number.POSITIVE_INFINITY;
  private instances: readonly TimelineInstance[] = [];
  private readonly steps = new Rows({
    instance: none.int,
    start: none.float,
    end: none.float,
    sequenceMode: none.int,
    promptTokens: none.int,
    decodeSequences: none.int,
    steps: none.int,
  });
  private readonly chunks = new Rows({ step: none.int, request: none.int, tokens: none.int });
  private readonly levels = new Rows({ instance: none.int, time: none.float, tokens: none.int });
  private readonly transfers = new Rows({
    from: none.int,
    to: none.int,
    request: none.int,
    bytes: none.float,
    start: none.float,
    end: none.float,
  });
  private readonly moments = new Rows({ time: none.float, request: none.int, kind: none.int, instance: none.int });
  private lastLevel: Int32Array = none.int;
  private promptTokens = 0;
  private decodeSequences = 0;

  constructor(
    private readonly fromSeconds = 0,
    private readonly mostSteps = mostLoggedSteps,
  ) {}

  /** Who is in the run. */
  describe(instances: readonly TimelineInstance[]): void {
    this.instances = instances;
    this.lastLevel = new Int32Array(instances.length).fill(-1);
  }

  /** Starts anew: what came before was warm-up. */
  reset(now: number): void {
    this.origin = now;
    this.closedAt = Number.POSITIVE_INFINITY;
    for (const rows of this.tables) rows.count = 0;
    this.lastLevel.fill(-1);
    this.at(now);
  }

  /** An instant begins: what is told from here on happens at `now` nanoseconds. */
  at(now: number): void {
    this.now = now;
    const full = this.steps.count >= this.mostSteps || this.tables.some(({ count }) => count >= 2 * this.mostSteps);
    if (full && this.closedAt > now) this.closedAt = now;
    this.isOpen = now >= this.origin + this.fromSeconds * 1e9 && now < this.closedAt;
  }

  /** What one scheduler puts into the step that is about to begin. */
  batch({ prefillTokens, decodeSequences }: Batch): void {
    this.promptTokens += prefillTokens;
    this.decodeSequences += decodeSequences;
  }

  /** A part of a prompt in the step that is about to begin. */
  chunk(r: number, tokens: number): void {
    if (!this.isOpen) return;
    const i = this.chunks.next();
    const { columns } = this.chunks;
    columns.step[i] = this.steps.count;
    columns.request[i] = r;
    columns.tokens[i] = tokens;
  }

  /** The step begins that `batch` and `chunk` told of; `steps` of them where it is a stretch of equal ones. */
  step(instance: number, start: number, end: number, isSequence: boolean, steps: number): void {
    if (this.isOpen) {
      const i = this.steps.next();
      const { columns } = this.steps;
      columns.instance[i] = instance;
      columns.start[i] = start;
      columns.end[i] = end;
      columns.sequenceMode[i] = isSequence ? 1 : 0;
      columns.promptTokens[i] = this.promptTokens;
      columns.decodeSequences[i] = this.decodeSequences;
      columns.steps[i] = steps;
    }
    this.promptTokens = 0;
    this.decodeSequences = 0;
  }

  /** An instance uses so many blocks from now on. */
  level(instance: number, blocks: number): void {
    if (!this.isOpen || this.lastLevel[instance] === blocks) return;
    this.lastLevel[instance] = blocks;
    const i = this.levels.next();
    const { columns } = this.levels;
    columns.instance[i] = instance;
    columns.time[i] = this.now;
    columns.tokens[i] = blocks * (this.instances[instance] as TimelineInstance).blockTokens;
  }

  /** Something happens to a request, now. */
  moment(moment: Moment, r: number, instance = -1): void {
    if (!this.isOpen) return;
    const i = this.moments.next();
    const { columns } = this.moments;
    columns.time[i] = this.now;
    columns.request[i] = r;
    columns.kind[i] = kindOf[moment];
    columns.instance[i] = instance;
  }

  /** A cache sets out, now. */
  sent(r: number, from: number, to: number, bytes: number): void {
    this.moment("sent", r, from);
    if (!this.isOpen) return;
    const i = this.transfers.next();
    const { columns } = this.transfers;
    columns.from[i] = from;
    columns.to[i] = to;
    columns.request[i] = r;
    columns.bytes[i] = bytes;
    columns.start[i] = this.now;
    columns.end[i] = Number.NaN;
  }

  /** A cache is there, now: also one that set out before the log was full. */
  came(r: number, to: number): void {
    this.moment("came", r, to);
    const { request, end } = this.transfers.columns;
    // Few are under way at a time, so the one that is meant lies near the end.
    for (let i = this.transfers.count - 1; i >= 0; i--) {
      if (request[i] !== r || !Number.isNaN(end[i] as number)) continue;
      end[i] = this.now;
      return;
    }
  }

  /** What was written down, of a run that is over now. */
  taken(): Timeline {
    const end = this.now;
    const seconds = (time: number): number => (time - this.origin) / 1e9;
    const inSeconds = (times: Float64Array): Float64Array => times.map((time) => seconds(Number.isNaN(time) ? end : time));
    const [steps, transfers] = [this.steps.taken(), this.transfers.taken()];
    const [levels, told] = [this.levels.taken(), this.moments.taken()];
    return {
      from: this.fromSeconds,
      to: seconds(Math.min(end, this.closedAt)),
      end: seconds(end),
      instances: this.instances,
      steps: { ...steps, start: inSeconds(steps.start), end: inSeconds(steps.end) },
      chunks: this.chunks.taken(),
      levels: { ...levels, time: inSeconds(levels.time) },
      transfers: { ...transfers, start: inSeconds(transfers.start), end: inSeconds(transfers.end) },
      moments: { ...told, time: inSeconds(told.time) },
    };
  }

  private get tables(): readonly { count: number }[] {
    return [this.steps, this.chunks, this.levels, this.transfers, this.moments];
  }
}
