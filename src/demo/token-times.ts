import type { Report } from "../simulation/report/report.ts";
import type { RunLog, StepLog } from "./run-log.ts";

/** A step's end may differ from what it ended by a rounding. */
const rounding = 1e-7;

/**
 * When each token of an answer came: at the end of the steps that its engine made meanwhile. Where it made more of them than the answer has
 * tokens (pipeline stages take turns, some are left out), they are shared out evenly; where it made fewer, several came together. Without
 * steps, an answer's own gaps are even.
 */
export class TokenTimes {
  /** Ends of the steps that decode, by instance. */
  private readonly ends: readonly Float64Array[];
  /** Of each request: its first step and how many there are. */
  private readonly first: Int32Array;
  private readonly steps: Int32Array;

  constructor(
    private readonly requests: Report["requests"],
    private readonly log: RunLog | undefined,
  ) {
    this.ends = log ? stepEnds(log.steps, log.instances.length) : [];
    const count = requests.arrival.length;
    this.first = new Int32Array(count);
    this.steps = new Int32Array(count);
    for (let r = 0; r < count; r++) {
      const ends = this.endsOf(r);
      const begun = Math.max(requests.firstToken[r] ?? 0, this.joined(r));
      const last = requests.finished[r] ?? Number.NaN;
      if (!ends || Number.isNaN(last)) continue;
      this.first[r] = upTo(ends, begun + rounding);
      this.steps[r] = Math.max(0, upTo(ends, last + rounding) - (this.first[r] ?? 0));
    }
  }

  /** Tokens of a request's answer that came by then, of one that has its first. */
  by(request: number, seconds: number): number {
    const gaps = this.gapsOf(request);
    if (gaps < 1) return 1;
    const { firstToken, finished } = this.requests;
    const ends = this.endsOf(request);
    const steps = this.steps[request] ?? 0;
    if (!ends || steps < 1) {
      const share = (seconds - (firstToken[request] ?? 0)) / ((finished[request] ?? 0) - (firstToken[request] ?? 0));
      return 1 + Math.max(0, Math.min(gaps, Math.floor(gaps * share + rounding)));
    }
    const passed = Math.max(0, Math.min(steps, upTo(ends, seconds + rounding) - (this.first[request] ?? 0)));
    return 1 + Math.floor((passed * gaps) / steps);
  }

  /** Seconds between a request's token of that number and the one before; its first is number 1. */
  gap(request: number, token: number): number {
    return Math.max(0, this.at(request, token) - this.at(request, token - 1));
  }

  private at(request: number, token: number): number {
    const { firstToken, finished } = this.requests;
    const [begun, last] = [firstToken[request] ?? 0, finished[request] ?? 0];
    if (token <= 1) return begun;
    const gaps = this.gapsOf(request);
    const ends = this.endsOf(request);
    const steps = this.steps[request] ?? 0;
    if (!ends || steps < 1) return begun + ((token - 1) / gaps) * (last - begun);
    return ends[(this.first[request] ?? 0) + Math.ceil(((token - 1) * steps) / gaps) - 1] ?? last;
  }

  private gapsOf(request: number): number {
    return (this.requests.outputTokens[request] ?? 0) - 1;
  }

  private endsOf(request: number): Float64Array | undefined {
    return this.ends[this.log?.places.answer[request] ?? -1];
  }

  private joined(request: number): number {
    const joined = this.log?.places.joined[request] ?? Number.NaN;
    return Number.isNaN(joined) ? 0 : joined;
  }
}

/** How many of them lie at or before. */
function upTo(rising: Float64Array, time: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rising[middle] ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function stepEnds({ start, end, steps, decodes, instance }: StepLog, instances: number): readonly Float64Array[] {
  const ends: number[][] = Array.from({ length: instances }, () => []);
  for (const [row, from] of start.entries()) {
    const own = ends[instance[row] ?? -1];
    if (!own || !((decodes[row] ?? 0) > 0)) continue;
    const [until, count] = [end[row] ?? from, steps[row] ?? 1];
    for (let step = 1; step <= count; step++) own.push(step === count ? until : from + ((until - from) * step) / count);
  }
  return ends.map((own) => Float64Array.from(own).sort());
}
