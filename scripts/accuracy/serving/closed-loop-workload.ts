/** What a closed-loop run was asked: its users, and lengths as its source names them. */
interface ClosedLoad {
  readonly concurrency: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/** Ten rounds of requests after two of warm-up, lengths uniform between 0.8 and 1 of nominal (reference/SOURCES.md). */
export function closedLoopWorkload({ concurrency, promptTokens, outputTokens }: ClosedLoad) {
  return {
    kind: "closed-loop",
    concurrency,
    requests: 10 * concurrency,
    warmup: 2 * concurrency,
    promptTokens: { uniform: [Math.round(0.8 * promptTokens), promptTokens] },
    outputTokens: { uniform: [Math.round(0.8 * outputTokens), outputTokens] },
  };
}
