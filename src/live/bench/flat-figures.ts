import type { Fields } from "../../deployment/case-fields.ts";
import type { BenchmarkRun, OfferedLoad, TokenLengths } from "./benchmark-run.ts";
import { figure, listedLengths, meanLength, positive, rate, spread } from "./fields.ts";

/** What `vllm bench serve` and SGLang's `bench_serving` have in common: one flat object, `mean_ttft_ms`, `p99_tpot_ms`, counts and rates. */
export function flatFigures(fields: Fields, endToEnd: string): Omit<BenchmarkRun, "tool" | "toolVersion" | "label" | "date" | "models"> {
  const latency = (word: string) =>
    spread((name) => (name === "p50" ? (fields[`p50_${word}_ms`] ?? fields[`median_${word}_ms`]) : fields[`${name}_${word}_ms`]), 1000);
  const completed = figure(fields.completed);
  return {
    load: loadOf(fields),
    completed,
    failed: figure(fields.failed),
    durationSeconds: positive(fields.duration),
    promptTokens: lengthsOf(fields.input_lens, figure(fields.total_input_tokens), completed),
    outputTokens: lengthsOf(fields.output_lens, figure(fields.total_output_tokens), completed),
    ttftSeconds: latency("ttft"),
    tpotSeconds: latency("tpot"),
    itlSeconds: latency("itl"),
    e2eSeconds: latency(endToEnd),
    requestsPerSecond: positive(fields.request_throughput),
    outputTokensPerSecond: positive(fields.output_throughput),
  };
}

/** Gaps are of a gamma process whose shape is `burstiness`; 1 is Poisson. */
function loadOf(fields: Fields): OfferedLoad {
  const ratePerSecond = rate(fields.request_rate);
  const shape = positive(fields.burstiness) ?? 1;
  const steady = ratePerSecond !== null && Number.isFinite(ratePerSecond);
  return {
    ratePerSecond,
    arrivals: steady ? (shape === 1 ? "poisson" : "gamma") : null,
    cv: steady ? 1 / Math.sqrt(shape) : null,
    concurrency: positive(fields.max_concurrency),
    requests: positive(fields.num_prompts) ?? positive(fields.completed),
  };
}

/** Failed requests have a length of 0 in the lists. */
function lengthsOf(list: unknown, total: number | null, completed: number | null): TokenLengths | null {
  if (Array.isArray(list) && list.length > 0) return listedLengths(list);
  return total !== null && completed !== null && completed > 0 ? meanLength(total / completed) : null;
}
