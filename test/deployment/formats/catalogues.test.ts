import { expect, test } from "vitest";
import { findingsOf, readText } from "../support.ts";

const recipe = `meta: {title: GLM-4.6, provider: Z-AI, hardware: {h200: verified}}
model:
  model_id: zai-org/GLM-4.6
  parameter_count: 357B
  base_args: ["--trust-remote-code", "--tensor-parallel-size", "8"]
variants:
  default: {precision: bf16, vram_minimum_gb: 857}
guide: |
  vllm serve zai-org/GLM-4.6 --tensor-parallel-size 8
`;

const strategy = `name: single_node_tep
deploy_type: single_node
hardware_match: {min_gpus: 2}
vllm_args: ["--enable-expert-parallel"]
parallel_flag: "--tensor-parallel-size"
`;

const experiments = `exps: [one, two]
one: {serving_mode: agg, model_path: Qwen/Qwen3-32B, system_name: h200_sxm, total_gpus: 8, agg_tp_candidates: [1, 2, 4, 8]}
two: {serving_mode: disagg, total_gpus: 32, prefill_model_path: Qwen/Qwen3-32B, prefill_system_name: h200_sxm}
`;

const scenario = `Scenario: batching
Tests:
  - {name: a, provider: aibrix, engine: {type: vllm, manifest: model.yaml}}
`;

const benchmark = `kind: vllm-bench
image: vllm-bench:v0.10.2
vllmArgs: {model: qwen3-32b, tensor-parallel-size: 8, request-rate: 8}
`;

const matrix = `dsr1-fp8-h200-sglang:
  image: lmsysorg/sglang:v0.5.5
  model: deepseek-ai/DeepSeek-R1-0528
  runner: h200
  precision: fp8
  framework: sglang
  seq-len-configs:
    - {isl: 1024, osl: 1024, search-space: [{tp: 8, conc-start: 4, conc-end: 64}]}
`;

test.each([
  ["vllm-recipe", recipe],
  ["vllm-recipe-strategy", strategy],
  ["aiconfigurator-exp", experiments],
  ["aibrix-brixbench", scenario],
  ["aibrix-brixbench", benchmark],
  ["inferencex-master", matrix],
])("a file of %s is known and starts no engine", (format, text) => {
  expect(readText(text)).toMatchObject({ formats: [format], deployments: [], companions: [], problems: [] });
  expect(findingsOf(text)).toEqual([]);
});

test("other files with some of their keys are not taken for them", () => {
  for (const text of [
    "model: {model_id: a}\ntrainer: {vllm: true}\n",
    "serving_mode: fast\nvllm: {}\n",
    "a: {image: vllm/vllm-openai, model: b}\n",
    "kind: vllm-bench\n",
  ]) {
    expect(readText(text).formats).toEqual([]);
  }
});
