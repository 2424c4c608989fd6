import type { Fields } from "../../deployment/case-fields.ts";
import type { BenchmarkRun } from "./benchmark-run.ts";
import { allWords, day, figure } from "./fields.ts";
import { flatFigures } from "./flat-figures.ts";

/** A result of `vllm bench serve`, or of `benchmark_serving.py` before it (vllm/benchmarks/serve.py, 0.4 to 0.32). */
export function vllmBench(fields: Fields): readonly BenchmarkRun[] | undefined {
  if (figure(fields.mean_ttft_ms) === null && figure(fields.median_ttft_ms) === null) return undefined;
  return [
    {
      tool: "vllm-bench",
      toolVersion: null,
      label: "",
      date: day(fields.date),
      models: allWords(fields.model_id, fields.tokenizer_id),
      ...flatFigures(fields, "e2el"),
    },
  ];
}
