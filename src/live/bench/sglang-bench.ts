import type { Fields } from "../../deployment/case-fields.ts";
import type { BenchmarkRun } from "./benchmark-run.ts";
import { allWords, at, day, figure, words } from "./fields.ts";
import { flatFigures } from "./flat-figures.ts";

/** A line of SGLang's `bench_serving` (sglang/bench_serving.py, 0.3 to 0.5): as vLLM's, with other words for the end to end latency. */
export function sglangBench(fields: Fields): readonly BenchmarkRun[] | undefined {
  const isOurs = figure(fields.median_e2e_latency_ms) !== null || figure(fields.mean_e2e_latency_ms) !== null;
  if (!isOurs || (figure(fields.mean_ttft_ms) === null && figure(fields.median_ttft_ms) === null)) return undefined;
  const server = fields.server_info;
  return [
    {
      tool: "sglang-bench",
      toolVersion: words(at(server, "version")),
      label: "",
      date: day(fields.date),
      models: allWords(fields.model, fields.model_id, at(server, "model_path"), at(server, "served_model_name")),
      ...flatFigures(fields, "e2e_latency"),
    },
  ];
}
