export type TallyCounter = "promptTokens" | "outputTokens" | "finished" | "preemptions" | "queries" | "hits";
export type TallyHistogram =
  | "ttft"
  | "gap"
  | "meanGap"
  | "e2e"
  | "queue"
  | "prefill"
  | "decode"
  | "inference"
  | "promptTokens"
  | "outputTokens"
  | "choices"
  | "stepTokens";

export interface TalliedHistogram {
  readonly bounds: readonly number[];
  /** Observations per bucket; the last one is above all bounds. */
  readonly counts: Float64Array;
  /** Sum in millionths, whole: it must never shrink by a rounding when a run begins again. */
  micros: number;
}

/** What an engine has counted since its start. */
export interface Tally {
  readonly counters: Record<TallyCounter, number>;
  readonly histograms: Readonly<Record<TallyHistogram, TalliedHistogram>>;
}

export function emptyTally(bounds: Readonly<Record<TallyHistogram, readonly number[]>>): Tally {
  return {
    counters: counters(() => 0),
    histograms: histograms((name) => ({ bounds: bounds[name], counts: new Float64Array(bounds[name].length + 1), micros: 0 })),
  };
}

function counters(of: (name: TallyCounter) => number): Record<TallyCounter, number> {
  return {
    promptTokens: of("promptTokens"),
    outputTokens: of("outputTokens"),
    finished: of("finished"),
    preemptions: of("preemptions"),
    queries: of("queries"),
    hits: of("hits"),
  };
}

function histograms(of: (name: TallyHistogram) => TalliedHistogram): Record<TallyHistogram, TalliedHistogram> {
  return {
    ttft: of("ttft"),
    gap: of("gap"),
    meanGap: of("meanGap"),
    e2e: of("e2e"),
    queue: of("queue"),
    prefill: of("prefill"),
    decode: of("decode"),
    inference: of("inference"),
    promptTokens: of("promptTokens"),
    outputTokens: of("outputTokens"),
    choices: of("choices"),
    stepTokens: of("stepTokens"),
  };
}

/** A tally with another, so many times over. */
export function addTallies(part: Tally, other: Tally, times: number): Tally {
  return {
    counters: counters((name) => part.counters[name] + times * other.counters[name]),
    histograms: histograms((name) => {
      const { bounds, counts, micros } = part.histograms[name];
      const added = other.histograms[name];
      return { bounds, counts: counts.map((count, i) => count + times * (added.counts[i] ?? 0)), micros: micros + times * added.micros };
    }),
  };
}

/** Takes a value in, so many times. */
export function observe(histogram: TalliedHistogram, value: number, times = 1): void {
  let low = 0;
  let high = histogram.bounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((histogram.bounds[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  histogram.counts[low] = (histogram.counts[low] ?? 0) + times;
  histogram.micros += times * Math.round(Math.max(0, value) * 1e6);
}
