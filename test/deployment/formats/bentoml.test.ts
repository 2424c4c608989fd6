import { expect, test } from "vitest";
import { findingsOf, only, poolRows, readText, settings, sliceOf } from "../support.ts";

const config = `project: vllm-chat
engine_config:
  model: meta-llama/Llama-3.3-70B-Instruct
  max_model_len: 4096
  tensor_parallel_size: 2
server_config: {enable_auto_tool_choice: true, tool_call_parser: pythonic, own: 1}
service_config:
  name: llama3.3
  resources: {gpu: 2, gpu_type: nvidia-h100-80gb}
  traffic: {timeout: 300}
`;

test("a service's engine configuration is read as far as it says", () => {
  expect(poolRows(config)).toEqual([
    expect.objectContaining({
      deployment: "llama3.3",
      format: "bentoml",
      engine: "vllm",
      launcher: "bentoml",
      model: "meta-llama/Llama-3.3-70B-Instruct",
      tp: 2,
      gpus: 2,
      instances: undefined,
      gpu: "H100-SXM5-80GB",
      complete: false,
    }),
  ]);
  const { pool } = only(readText(config));
  expect(settings(pool)).toMatchObject({ "max-model-len": "4096", "enable-auto-tool-choice": null });
  expect(sliceOf(config, pool.hardware.gpusPerNode?.range)).toBe("2");
  expect(findingsOf(config)).toEqual([]);
  // Its code may add what the file does not show.
  expect(findingsOf(config.replace("size: 2", "size: 8")).filter((one) => one.includes("gpu"))).toEqual([]);
});

test("arguments of a build name model and GPUs", () => {
  const text =
    "args:\n  name: llama\n  gpu_type: nvidia-h100-80gb\n  tp: 4\n  model_id: meta-llama/Llama-3.3-70B-Instruct\n  tool_parser: pythonic\n";
  expect(poolRows(text)).toEqual([
    expect.objectContaining({
      deployment: "llama",
      model: "meta-llama/Llama-3.3-70B-Instruct",
      tp: 4,
      gpus: undefined,
      gpu: "H100-SXM5-80GB",
    }),
  ]);
});

test.each([
  ["a build file", "service: 'service:VLLM'\ninclude: ['*.py']\npython: {packages: [vllm==0.6.1]}\n"],
  ["a built bento", "service: service:VLLM\nname: a\nbentoml_version: 1.3.21\nservices: [{name: a, config: {resources: {gpu: 1}}}]\n"],
  ["a list of models", `a:\n${config.replace(/^(?=.)/gm, "  ")}b:\n${config.replace(/^(?=.)/gm, "  ")}`],
  [
    "a deployment in the cloud",
    "# bentoml\nname: a\nbento: llama:latest\nservices: {VLLM: {instance_type: gpu.h100.1, scaling: {min_replicas: 1}}}\n",
  ],
  ["a resource of Yatai", "apiVersion: serving.yatai.ai/v2alpha1\nkind: BentoDeployment\nmetadata: {name: a}\nspec: {bento: llama}\n"],
])("%s is known and starts nothing by itself", (_, text) => {
  expect(readText(text)).toMatchObject({ formats: ["bentoml"], deployments: [], problems: [] });
});
