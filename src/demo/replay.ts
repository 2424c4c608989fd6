import type { Report } from "../simulation/report/report.ts";
import { emptyTally, observe, type Tally, type TallyHistogram, tallyCounters } from "./tally.ts";
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
  readonly tally: Tally;
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

  constructor(report: Report, engines: number, bounds: Readonly<Record<TallyHistogram, readonly number[]>>) {
    const { requests } = report;
    const last = requests.finished.filter(Number.isFinite).reduce((latest, at) => Math.max(latest, at), 0);
    // A breath between two rounds; also keeps an empty report from a round of no length.
    this.duration = Math.max(last, report.summary.durationSeconds, 0) + 1;
    const factors = gapFactors(report);
    const several = requests.instance.some((instance) => instance > 0);
    this.engines = Array.from({ length: engines }, (_, engine) => {
      const mine: number[] = [];
      for (let i = 0; i < requests.arrival.length; i++) {
        if ((several ? (requests.instance[i] ?? 0) : i) % engines === engine) mine.push(i);
      }
      return new Engine(report, mine, factors, bounds, this.duration);
    });
  }

  /** What every engine shows `seconds` of simulated time after the server's start. */
  at(seconds: number): readonly EngineView[] {
    const round = Math.floor(Math.max(0, seconds) / this.duration);
    const within = Math.max(0, seconds) - round * this.duration;
    if (round !== this.round) for (const engine of this.engines) engine.rewind();
    this.round = round;
    return this.engines.map((engine) => engine.view(within, round));
  }
}

class Engine {
  private readonly events: readonly Event[];
  private readonly whole: Tally;
  private tally: Tally;
  private at = 0;
  private next = 0;
  private running = 0;
  private waiting = 0;
  /** Tokens given out so far, of requests that decode. */
  private readonly decoding = new Map<number, number>();

  constructor(
    private readonly report: Report,
    mine: readonly number[],
    private readonly factors: Float64Array,
    private readonly bounds: Readonly<Record<TallyHistogram, readonly number[]>>,
    duration: number,
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
    this.decoding.clear();
  }

  view(seconds: number, rounds: number): EngineView {
    if (seconds < this.at) this.rewind();
    this.advance(seconds);
    return {
      running: this.running,
      waiting: this.waiting,
      usage: this.running + this.waiting > 0 ? usageAt(this.report, seconds) : 0,
      tally: rounds === 0 ? this.tally : summed(this.tally, this.whole, rounds, this.bounds),
    };
  }

  private advance(to: number): void {
    for (; this.next < this.events.length; this.next++) {
      const event = this.events[this.next];
      if (!event || event.at > to) break;
      this.happen(event);
    }
    this.at = to;
    for (const request of this.decoding.keys()) this.decode(request, this.tokensBy(request, to));
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

function usageAt({ series }: Report, seconds: number): number {
  let low = 0;
  let high = series.t.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((series.t[middle] ?? 0) < seconds) low = middle + 1;
    else high = middle;
  }
  const usage = series.kvUsage[low] ?? 0;
  return Number.isFinite(usage) ? Math.min(1, Math.max(0, usage)) : 0;
}

/** This round's tally with that of the rounds before it. */
function summed(part: Tally, whole: Tally, rounds: number, bounds: Readonly<Record<TallyHistogram, readonly number[]>>): Tally {
  const sum = emptyTally(bounds);
  for (const name of tallyCounters) sum.counters[name] = part.counters[name] + rounds * whole.counters[name];
  for (const [name, histogram] of Object.entries(sum.histograms)) {
    const now = histogramNamed(part, name);
    const before = histogramNamed(whole, name);
    if (!now || !before) continue;
    for (let i = 0; i < histogram.counts.length; i++) histogram.counts[i] = (now.counts[i] ?? 0) + rounds * (before.counts[i] ?? 0);
    histogram.micros = now.micros + rounds * before.micros;
  }
  return sum;
}

function histogramNamed(tally: Tally, name: string) {
  return Object.entries(tally.histograms).find(([own]) => own === name)?.[1];
}
