/** What a figure must reach, and what the best other tool reaches where that is published. */
export interface Bar {
  readonly limit: number;
  /** `within`: from the limit up to `most`. */
  readonly kind: "most" | "least" | "within";
  readonly most?: number;
  readonly peer?: string;
  /** What a peak roofline reaches, where the runs do not carry its predictions. */
  readonly roofline?: string;
}

/** By metric; a metric without a bar is told, not judged. */
export const bars: Readonly<Record<string, Bar>> = {
  "weights: median error": { limit: 1, kind: "most" },
  "KV bytes: median error": { limit: 2, kind: "most", peer: "±4 % on common dense models" },
  "KV bytes: rows within 5 %": { limit: 90, kind: "least" },
  // A twentieth for logs that show the bytes of one rank and the tokens of another.
  "KV tokens given the logged bytes: rows within 0.5 %": { limit: 95, kind: "least", peer: "−51 % at PP 2" },
  "hybrid models, tokens and concurrency: figures within 2 %": { limit: 100, kind: "least", peer: "+108 % on gpt-oss-20b" },
  "refused starts: not flagged": { limit: 0, kind: "most" },
  "successful starts: called an error": { limit: 0, kind: "most" },
  "rows that state what decides: unanswered": { limit: 5, kind: "most" },
  "kernels at sizes left out: median error": { limit: 12, kind: "most" },
  "one evaluation: median": { limit: 1, kind: "most" },
  "closed loop, TPOT: median error": { limit: 13, kind: "most" },
  "closed loop, TPOT: mean error": { limit: 20, kind: "most" },
  "closed loop, TTFT: median error": { limit: 30, kind: "most" },
  "closed loop, TTFT: mean error": { limit: 40, kind: "most" },
  "closed loop: rows answered": { limit: 95, kind: "least" },
  "disaggregated, TPOT: median error": { limit: 18, kind: "most" },
  "disaggregated, TTFT: median error": { limit: 45, kind: "most" },
  "disaggregated: rows answered": { limit: 95, kind: "least" },
  "offline: mean error": { limit: 18, kind: "most", roofline: "79 %" },
  "offline: rank correlation": { limit: 0.98, kind: "least", roofline: "0.96" },
  "open loop, E2E: mean error": { limit: 15, kind: "most" },
  "open loop, ITL: mean error": { limit: 15, kind: "most" },
  "open loop, TTFT: mean error": { limit: 22, kind: "most" },
  // The peer, LLMServingSim, runs on profiles of this very GPU and model.
  "per request, dense: TPOT mean": { limit: 8, kind: "most", peer: "1.0 %" },
  "per request, dense: E2E mean": { limit: 8, kind: "most", peer: "1.8 %" },
  "per request, dense: TTFT mean": { limit: 15, kind: "most", peer: "4.0 %" },
  "per request, experts: TPOT mean": { limit: 20, kind: "most", peer: "1.7 %" },
  "per request, experts: E2E mean": { limit: 20, kind: "most", peer: "2.2 %" },
  "per request, experts: TTFT median": { limit: 50, kind: "most", peer: "21.8 %" },
  "MLPerf: tokens a second, mean error": { limit: 20, kind: "most" },
  "MLPerf: TPOT mean, mean error": { limit: 20, kind: "most" },
  "MLPerf: TTFT p99, median error": { limit: 35, kind: "most" },
  "choosing: loss against the best measured configuration": { limit: 8, kind: "most", peer: "14 to 16 %" },
  "choosing: TPOT limit missed": { limit: 8, kind: "most", peer: "13 %" },
  ...Object.fromEntries(
    ["models", "GPUs"].flatMap((left) =>
      ["TPOT", "TTFT"].map((time) => [`left-out ${left}, ${time}: 80 % band holds`, { limit: 75, most: 85, kind: "within" } as const]),
    ),
  ),
};
