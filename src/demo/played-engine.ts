import type { StepLog } from "./run-log.ts";
import type { Stay } from "./stays.ts";
import { addTallies, emptyTally, observe, type Tally, type TallyHistogram } from "./tally.ts";
import type { TokenTimes } from "./token-times.ts";

type Happening = "arrives" | "starts" | "answers" | "ends";
interface Event {
  readonly at: number;
  readonly what: Happening;
  readonly stay: Stay;
}

/** The steps that an engine counts. */
export interface OwnSteps extends StepLog {
  readonly share: number;
  readonly isMine: (row: number) => boolean;
}

/** What an engine counted, and what is inside. */
export interface Counted {
  readonly running: number;
  readonly waiting: number;
  readonly tally: Tally;
  /** Its steps were written down. */
  readonly tellsSteps: boolean;
}

/** One engine that counts what happens to its requests, from the start of a round on. */
export class PlayedEngine {
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
  private readonly decoding = new Map<Stay, number>();

  constructor(
    mine: readonly Stay[],
    private readonly times: TokenTimes,
    private readonly bounds: Readonly<Record<TallyHistogram, readonly number[]>>,
    duration: number,
    private readonly steps: OwnSteps | undefined,
  ) {
    this.events = eventsOf(mine);
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

  /** At a moment of a round, after so many whole ones. */
  view(seconds: number, rounds: number): Counted {
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
    // An answer's last token comes with its end.
    for (const stay of this.decoding.keys()) {
      this.decode(stay, Math.min(this.times.by(stay.request, to), Math.max(1, stay.outputTokens - 1)));
    }
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

  private happen({ what, stay }: Event): void {
    const { counters, histograms } = this.tally;
    const { came, queued, started, firstToken, answered, ended, promptTokens, outputTokens } = stay;
    switch (what) {
      case "arrives":
        this.waiting++;
        break;
      case "starts":
        this.waiting--;
        this.running++;
        counters.queries += promptTokens;
        counters.hits += stay.cachedTokens;
        break;
      case "answers":
        counters.promptTokens += promptTokens;
        counters.outputTokens++;
        observe(histograms.ttft, firstToken - came);
        this.decoding.set(stay, 1);
        break;
      case "ends":
        this.decode(stay, outputTokens);
        this.decoding.delete(stay);
        this.running--;
        counters.finished++;
        counters.preemptions += stay.preemptions;
        observe(histograms.e2e, ended - came);
        observe(histograms.queue, started - queued);
        observe(histograms.prefill, answered - started);
        observe(histograms.decode, ended - answered);
        observe(histograms.inference, ended - started);
        observe(histograms.promptTokens, promptTokens);
        observe(histograms.outputTokens, outputTokens);
        observe(histograms.choices, 1);
        if (outputTokens > 1) observe(histograms.meanGap, (ended - answered) / (outputTokens - 1));
        break;
      default:
        what satisfies never;
    }
  }

  /** Gives out tokens up to a number, each with its gap. */
  private decode(stay: Stay, upTo: number): void {
    const done = this.decoding.get(stay);
    if (done === undefined || upTo <= done) return;
    for (let token = done + 1; token <= upTo; token++) observe(this.tally.histograms.gap, this.times.gap(stay.request, token));
    this.tally.counters.outputTokens += upTo - done;
    this.decoding.set(stay, upTo);
  }
}

/** Events in order of time; a request's own stay in the order of its life. */
function eventsOf(mine: readonly Stay[]): readonly Event[] {
  const events = mine.flatMap((stay): readonly Event[] => [
    { at: stay.queued, what: "arrives", stay },
    { at: stay.started, what: "starts", stay },
    { at: stay.answered, what: "answers", stay },
    { at: stay.ended, what: "ends", stay },
  ]);
  return events.sort((a, b) => a.at - b.at);
}
