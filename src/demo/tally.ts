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
  | "choices";

export const tallyCounters: readonly TallyCounter[] = ["promptTokens", "outputTokens", "finished", "preemptions", "queries", "hits"];

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
  const histogram = (name: TallyHistogram): TalliedHistogram => ({
    bounds: bounds[name],
    counts: new Float64Array(bounds[name].length + 1),
    micros: 0,
  });
  return {
    counters: { promptTokens: 0, outputTokens: 0, finished: 0, preemptions: 0, queries: 0, hits: 0 },
    histograms: {
      ttft: histogram("ttft"),
      gap: histogram("gap"),
      meanGap: histogram("meanGap"),
      e2e: histogram("e2e"),
      queue: histogram("queue"),
      prefill: histogram("prefill"),
      decode: histogram("decode"),
      inference: histogram("inference"),
      promptTokens: histogram("promptTokens"),
      outputTokens: histogram("outputTokens"),
      choices: histogram("choices"),
    },
  };
}

export function observe(histogram: TalliedHistogram, value: number): void {
  let low = 0;
  let high = histogram.bounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((histogram.bounds[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  histogram.counts[low] = (histogram.counts[low] ?? 0) + 1;
  histogram.micros += Math.round(Math.max(0, value) * 1e6);
}
