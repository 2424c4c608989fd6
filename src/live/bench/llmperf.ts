import type { Fields } from "../../deployment/case-fields.ts";
import { type BenchmarkRun, noLoad } from "./benchmark-run.ts";
import { allWords, day, figure, meanLength, positive, spread, words } from "./fields.ts";

/** `…_summary.json` of llmperf (token_benchmark_ray.py): flat, `results_ttft_s_quantiles_p95`. Its time between tokens has the first one in it. */
export function llmperf(fields: Fields): readonly BenchmarkRun[] | undefined {
  if (figure(fields.results_ttft_s_mean) === null) return undefined;
  const seconds = (name: string) => spread((word) => fields[`results_${name}_s_${word === "mean" ? word : `quantiles_${word}`}`], 1);
  const output = meanLength(figure(fields.results_number_output_tokens_mean) ?? figure(fields.mean_output_tokens));
  const perMinute = positive(fields.results_num_completed_requests_per_min);
  const completed = figure(fields.results_num_completed_requests);
  return [
    {
      tool: "llmperf",
      toolVersion: words(fields.version),
      label: words(fields.name) ?? "",
      date: day(fields.timestamp),
      models: allWords(fields.model),
      load: { ...noLoad, concurrency: positive(fields.num_concurrent_requests), requests: completed },
      completed,
      failed: figure(fields.results_number_errors),
      durationSeconds: null,
      promptTokens: meanLength(figure(fields.results_number_input_tokens_mean) ?? figure(fields.mean_input_tokens)),
      outputTokens: output,
      ttftSeconds: seconds("ttft"),
      tpotSeconds: null,
      itlSeconds: null,
      e2eSeconds: seconds("end_to_end_latency"),
      requestsPerSecond: perMinute === null ? null : perMinute / 60,
      outputTokensPerSecond: positive(fields.results_mean_output_throughput_token_per_s),
    },
  ];
}
