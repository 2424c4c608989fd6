import type { Report } from "../simulation/report/report.ts";
import type { StepLog } from "./step-log.ts";
import { addTallies, emptyTally, observe, type Tally, type TallyHistogram } from "./tally.ts";
import { gapFactors } from "./token-gaps.ts";

type Happening = "arrives" | "starts" | "answers" | "ends";
interface Event {
  readonly at: number;
  readonly what: Happening;
  readonly request: number;
}

/** What one engine shows at a moment. */
export interface EngineView {
  readonly running: number;
  readonly waiting: number;
  /** 0 … 1. */
  readonly usage: number;
  readonly outputTokensPerSecond: number;
  readonly tally: Tally;
  /** Its steps were written down. */
  readonly tellsSteps: boolean;
}

/**
 * Plays the records of a simulated run as the counters of a server, over and over: the run begins again when its last request is done,
 * and the counters go on. Time may be asked for in any order; going forward costs only what happened in between.
 */
export class Replay {
  /** Simulated seconds of one round. */
  readonly duration: number;
  private readonly engines: readonly Engine[];
  private round = 0;

  constructor(
    private readonly report: Report,
    engines: number,
    bounds: Readonly<Record<TallyHistogram, readonly number[]>>,
    steps?: StepLog,
  ) {
    const { requests } = report;
    const last = requests.finished.filter(Number.isFinite).reduce((latest, at) => Math.max(latest, at), 0);
    // A breath between two rounds; also keeps an empty report from a round of no length.
    this.duration = Math.max(last, report.summary.durationSeconds, 0) + 1;
    const factors = gapFactors(report);
    const several = requests.instance.some((instance) => instance > 0);
    const owners = several ? requests.instance.map((instance) => instance % engines) : unevenly(requests.arrival.length, engines);
    this.engines = Array.from({ length: engines }, (_, engine) => {
      const mine: number[] = [];
      for (const [request, owner] of owners.entries()) if (owner === engine) mine.push(request);
      // Engines that were made of one share its steps.
      const share = several ? 1 : mine.length / Math.max(1, owners.length);
      const own = steps && { ...steps, share, isMine: (row: number) => !several || (steps.instance[row] ?? 0) % engines === engine };
      return new Engine(report, mine, factors, bounds, this.duration, own);
    });
  }

  /** What every engine shows `seconds` of simulated time after the server's start. */
  at(seconds: number): readonly EngineView[] {
    const round = Math.floor(Math.max(0, seconds) / this.duration);
    const within = Math.max(0, seconds) - round * this.duration;
    if (round !== this.round) for (const engine of this.engines) engine.rewind();
    this.round = round;
    const views = this.engines.map((engine) => engine.view(within, round));
    const running = views.reduce((sum, view) => sum + view.running, 0);
    const { kvUsage, outputTokensPerSecond } = this.report.series;
    const usage = at(this.report, kvUsage, within);
    const rate = at(this.report, outputTokensPerSecond, within);
    return views.map((view) => {
      const share = running > 0 ? view.running / running : 1 / views.length;
      const isEmpty = view.running + view.waiting === 0;
      return {
        ...view,
        usage: isEmpty ? 0 : Math.min(1, Math.max(0, usage * share * views.length)),
        outputTokensPerSecond: isEmpty ? 0 : Math.max(0, rate * share),
      };
    });
  }
}

/** Requests by engine, the first taking the most: weights of 1, 2/3, 1/2, 2/5 …, each next request to whoever is most behind. */
function unevenly(requests: number, engines: number): Int32Array {
  const weights = Array.from({ length: engines }, (_, engine) => 1 / (1 + engine / 2));
  const due = weights.map(() => 0);
  const all = weights.reduce((a, b) => a + b, 0);
  return Int32Array.from({ length: requests }, () => {
    let chosen = 0;
    for (const [engine, weight] of weights.entries()) {
      due[engine] = (due[engine] ?? 0) + weight;
      if ((due[engine] ?? 0) > (due[chosen] ?? 0)) chosen = engine;
    }
    due[chosen] = (due[chosen] ?? 0) - all;
    return chosen;
  });
}

/** The steps that an engine counts. */
interface OwnSteps extends StepLog {
  readonly share: number;
  readonly isMine: (row: number) => boolean;
}

class Engine {
  private readonly events: readonly Event[];
  private readonly whole: Tally;
  private tally: Tally;
  private at = 0;
  private next = 0;
  private running = 0;
  private waiting = 0;
  private stepRow = 0;
  /** Of that row. */
  private stepsCounted = 0;
  /** Tokens given out so far, of requests that decode. */
  private readonly decoding = new Map<number, number>();

  constructor(
    private readonly report: Report,
    mine: readonly number[],
    private readonly factors: Float64Array,
    private readonly bounds: Readonly<Record<TallyHistogram, readonly number[]>>,
    duration: number,
    private readonly steps: OwnSteps | undefined,
  ) {
    this.events = eventsOf(report, mine);
    this.tally = emptyTally(bounds);
    this.advance(duration);
    this.whole = this.tally;
    this.rewind();
  }

  rewind(): void {
    this.tally = emptyTally(this.bounds);
    this.at = 0;
    this.next = 0;
    this.running = 0;
    this.waiting = 0;
    this.stepRow = 0;
    this.stepsCounted = 0;
    this.decoding.clear();
  }

  view(seconds: number, rounds: number): Omit<EngineView, "usage" | "outputTokensPerSecond"> {
    if (seconds < this.at) this.rewind();
    this.advance(seconds);
    return {
      running: this.running,
      waiting: this.waiting,
      tally: rounds === 0 ? this.tally : addTallies(this.tally, this.whole, rounds),
      tellsSteps: this.steps !== undefined,
    };
  }

  private advance(to: number): void {
    for (; this.next < this.events.length; this.next++) {
      const event = this.events[this.next];
      if (!event || event.at > to) break;
      this.happen(event);
    }
    this.at = to;
    if (this.steps) this.countSteps(this.steps, to);
    for (const request of this.decoding.keys()) this.decode(request, this.tokensBy(request, to));
  }

  /** Takes in the steps that ended; of a row that stands for several, those whose part of its time is over. */
  private countSteps({ start, end, steps, tokens, share, isMine }: OwnSteps, to: number): void {
    for (; this.stepRow < start.length; this.stepRow++, this.stepsCounted = 0) {
      const row = this.stepRow;
      const [from, until, all] = [start[row] ?? 0, end[row] ?? 0, steps[row] ?? 0];
      if (from > to) return;
      const done = to >= until ? all : Math.floor((all * (to - from)) / (until - from));
      if (isMine(row) && done > this.stepsCounted) {
        const own = Math.max(1, Math.round((tokens[row] ?? 0) * share));
        observe(this.tally.histograms.stepTokens, own, done - this.stepsCounted);
      }
      this.stepsCounted = Math.max(this.stepsCounted, done);
      if (done < all) return;
    }
  }

  private happen({ what, request }: Event): void {
    const { counters, histograms } = this.tally;
    const records = this.report.requests;
    const prompt = records.promptTokens[request] ?? 0;
    const arrival = records.arrival[request] ?? 0;
    const started = records.firstScheduled[request] ?? 0;
    const answered = records.firstToken[request] ?? 0;
    switch (what) {
      case "arrives":
        this.waiting++;
        break;
      case "starts":
        this.waiting--;
        this.running++;
        counters.queries += prompt;
        counters.hits += records.cachedTokens[request] ?? 0;
        break;
      case "answers":
        counters.promptTokens += prompt;
        counters.outputTokens++;
        observe(histograms.ttft, answered - arrival);
        this.decoding.set(request, 1);
        break;
      case "ends": {
        const output = records.outputTokens[request] ?? 0;
        const ended = records.finished[request] ?? 0;
        this.decode(request, output);
        this.decoding.delete(request);
        this.running--;
        counters.finished++;
        counters.preemptions += records.preemptions[request] ?? 0;
        observe(histograms.e2e, ended - arrival);
        observe(histograms.queue, started - arrival);
        observe(histograms.prefill, answered - started);
        observe(histograms.decode, ended - answered);
        observe(histograms.inference, ended - started);
        observe(histograms.promptTokens, prompt);
        observe(histograms.outputTokens, output);
        observe(histograms.choices, 1);
        if (output > 1) observe(histograms.meanGap, (ended - answered) / (output - 1));
        break;
      }
      default:
        what satisfies never;
    }
  }

  /** Gives out tokens up to a number, each with its gap. */
  private decode(request: number, upTo: number): void {
    const done = this.decoding.get(request);
    if (done === undefined || upTo <= done) return;
    const gap = this.meanGap(request);
    for (let token = done; token < upTo; token++) {
      observe(this.tally.histograms.gap, gap * (this.factors[(token + request * 17) % this.factors.length] ?? 1));
    }
    this.tally.counters.outputTokens += upTo - done;
    this.decoding.set(request, upTo);
  }

  private tokensBy(request: number, seconds: number): number {
    const gap = this.meanGap(request);
    const since = seconds - (this.report.requests.firstToken[request] ?? 0);
    const last = this.report.requests.outputTokens[request] ?? 1;
    return gap > 0 ? Math.min(last - 1, 1 + Math.floor(since / gap)) : 1;
  }

  private meanGap(request: number): number {
    const { firstToken, finished, outputTokens } = this.report.requests;
    const gaps = (outputTokens[request] ?? 0) - 1;
    const seconds = (finished[request] ?? Number.NaN) - (firstToken[request] ?? Number.NaN);
    return gaps > 0 && seconds > 0 ? seconds / gaps : 0;
  }
}

/** Events of the requests that reached their end, in order of time; a request's own stay in the order of its life. */
function eventsOf({ requests }: Report, mine: readonly number[]): readonly Event[] {
  const events: Event[] = [];
  for (const request of mine) {
    const times = [requests.arrival, requests.firstScheduled, requests.firstToken, requests.finished].map(
      (all) => all[request] ?? Number.NaN,
    );
    const [arrives, starts, answers, ends] = times;
    // A run that was stopped early leaves requests without an end: they would run for ever here.
    if (arrives === undefined || starts === undefined || answers === undefined || ends === undefined || times.some(Number.isNaN)) continue;
    events.push(
      { at: arrives, what: "arrives", request },
      { at: starts, what: "starts", request },
      { at: answers, what: "answers", request },
      { at: ends, what: "ends", request },
    );
  }
  return events.sort((a, b) => a.at - b.at);
}

/** A series' value in the interval that a moment lies in. */
function at({ series }: Report, values: Float64Array, seconds: number): number {
  let low = 0;
  let high = series.t.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((series.t[middle] ?? 0) < seconds) low = middle + 1;
    else high = middle;
  }
  const value = values[low] ?? 0;
  return Number.isFinite(value) ? value : 0;
}
