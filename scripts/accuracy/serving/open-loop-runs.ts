import { readFileSync } from "node:fs";
import { asCount, asFields, asPositive, asText, type Fields, optional } from "../../../src/deployment/case-fields.ts";

/** One measured run with requests that arrive at given rates (reference/vllm_open_loop_blis.json). */
export interface OpenLoopExperiment {
  readonly name: string;
  readonly model: string;
  readonly gpu: string;
  readonly tensor: number;
  readonly version: string;
  readonly isNarrow: boolean;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  readonly kvBlocks: number;
  readonly stages: readonly { readonly ratePerSecond: number; readonly durationSeconds: number }[];
  readonly requests: number;
  readonly systemPrompts: number;
  readonly usersPerSystemPrompt: number;
  readonly systemPromptTokens: number;
  readonly questionTokens: number;
  readonly outputTokens: number;
  readonly measured: MeanTimes;
  /** By the name of the tool; those that answer the run. */
  readonly peers: ReadonlyMap<string, MeanTimes>;
}

export interface MeanTimes {
  readonly e2eMs: number;
  readonly itlMs: number;
  readonly ttftMs: number;
}

export function readOpenLoopExperiments(path: string): readonly OpenLoopExperiment[] {
  const parsed: unknown = JSON.parse(readFileSync(path, "utf8"));
  return (Array.isArray(parsed) ? parsed : []).map((one, index) => experiment(asFields(one, `experiment ${index}`)));
}

function experiment(fields: Fields): OpenLoopExperiment {
  const workload = asFields(fields.workload, "workload");
  const load = asFields(workload.inference_perf, "inference_perf");
  const prefix = asFields(load.shared_prefix, "shared_prefix");
  return {
    name: asText(fields.experiment, "experiment"),
    model: asText(fields.model, "model"),
    gpu: asText(fields.hardware, "hardware"),
    tensor: asCount(fields.tp, "tp"),
    version: asText(fields.engine, "engine").replace(/^vLLM /, ""),
    isNarrow: fields.precision === "FP8",
    maxNumSeqs: asCount(fields.max_num_seqs, "max_num_seqs"),
    maxNumBatchedTokens: asCount(fields.max_num_batched_tokens, "max_num_batched_tokens"),
    kvBlocks: asCount(fields.total_kv_blocks, "total_kv_blocks"),
    stages: (Array.isArray(load.stages) ? load.stages : []).map((one: unknown) => {
      const stage = asFields(one, "stage");
      return { ratePerSecond: asPositive(stage.rate, "rate"), durationSeconds: asPositive(stage.duration, "duration") };
    }),
    requests: asCount(workload.num_requests, "num_requests"),
    systemPrompts: asCount(prefix.num_unique_system_prompts, "num_unique_system_prompts"),
    usersPerSystemPrompt: asCount(prefix.num_users_per_system_prompt, "num_users_per_system_prompt"),
    systemPromptTokens: asCount(prefix.system_prompt_len, "system_prompt_len"),
    questionTokens: asCount(prefix.question_len, "question_len"),
    outputTokens: asCount(prefix.output_len, "output_len"),
    measured: meanTimes(asFields(fields.measured_ms, "measured_ms")),
    peers: new Map(
      Object.entries(asFields(fields.peer_predicted_ms, "peer_predicted_ms")).map(([name, times]) => [
        name,
        meanTimes(asFields(times, name)),
      ]),
    ),
  };
}

function meanTimes(fields: Fields): MeanTimes {
  const of = (name: string): number => optional(fields, `${name}_mean`, asPositive) ?? Number.NaN;
  return { e2eMs: of("e2e"), itlMs: of("itl"), ttftMs: of("ttft") };
}
