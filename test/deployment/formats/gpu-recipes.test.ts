import { describe, expect, test } from "vitest";
import { findingsOf, flagOf, only, poolRows, readText, settings, sliceOf } from "../support.ts";

const job = `huggingface: {secretName: hf-secret}
model:
  name: deepseek-ai/DeepSeek-R1
  tp_size: 8
  pp_size: 2
job:
  image:
    repository:
    tag:
  gpus: 16
network:
  subnetworks[]:
vllm:
  replicaCount: 2
  serverArgs:
    max-model-len: 32768
    gpu-memory-utilization: 0.85
    enable-expert-parallel: True
`;

describe("values of the GPU recipes", () => {
  test("a job's model, sizes, GPUs and server arguments", () => {
    expect(poolRows(job)).toEqual([
      expect.objectContaining({
        deployment: "server",
        format: "helm-gpu-recipes",
        engine: "vllm",
        model: "deepseek-ai/DeepSeek-R1",
        tp: 8,
        pp: 2,
        gpus: 16,
        nodes: undefined,
        instances: 2,
        complete: true,
      }),
    ]);
    const { pool } = only(readText(job));
    expect(settings(pool)).toEqual({
      "tensor-parallel-size": "8",
      "pipeline-parallel-size": "2",
      "max-model-len": "32768",
      "gpu-memory-utilization": "0.85",
      "enable-expert-parallel": null,
    });
    expect(sliceOf(job, flagOf(pool, "max-model-len").valueRange)).toBe("32768");
    expect(sliceOf(job, pool.hardware.gpusPerInstance?.range)).toBe("16");
  });

  test("SGLang's and TensorRT-LLM's sizes have their own names", () => {
    const sglang = job.replace("vllm:", "sglang:").replace(/ {4}max[\s\S]*$/, "    kv-cache-dtype: fp8_e5m2\n");
    expect(poolRows(sglang)).toMatchObject([{ engine: "sglang", tp: 8, pp: 2, gpus: 16 }]);
    const trtllm = "workload: {framework: trtllm, gpus: 8, model: {name: a/b, tp_size: 8, pp_size: 1}, configFile: serving-args.yaml}\n";
    expect(poolRows(trtllm)).toMatchObject([{ engine: "tensorrt-llm", model: "a/b", tp: 8, pp: 1, gpus: 8, nodes: 1, complete: false }]);
  });

  test("GPUs too few are told at their word", () => {
    expect(findingsOf(job.replace("gpus: 16", "gpus: 8"))).toContain("error gpu-count: 8");
    expect(findingsOf(job).filter((said) => said.includes("gpu-"))).toEqual([]);
  });

  test("a workload over several machines, and one whose engine nobody says", () => {
    const text = "workload: {model: moonshotai/Kimi-K3, image: lmsysorg/sglang:v0.5.5, framework: sglang, nnodes: 4, tpSize: 16}\n";
    expect(poolRows(text)).toMatchObject([
      { engine: "sglang", model: "moonshotai/Kimi-K3", tp: 16, nodes: 4, gpus: undefined, version: "0.5.5", complete: false },
    ]);
    const open =
      "workload:\n  model:\n    name:\n  gpus: 4\n  framework:\n  configFile: serving-args.yaml\n  envs: [{name: HF_HOME, value: /vllm}]\n";
    expect(readText(open)).toMatchObject({ formats: ["helm-gpu-recipes"], deployments: [] });
  });

  test("a server that a shell line starts, with the chips of its nodes", () => {
    const text = `"client":
  "bash_command": |-
    vllm bench serve --model=meta-llama/Llama-3.1-8B-Instruct
  "image": |-
    vllm/vllm-openai:latest
"server":
  "bash_command": |-
    NCCL_DEBUG=INFO python3 -m vllm.entrypoints.openai.api_server \\
    --tensor-parallel-size=8 \\
    --model=meta-llama/Llama-3.1-8B-Instruct
  "image": |-
    vllm/vllm-openai:v0.11.0
  "num_chips_per_node": !!int |-
    4
  "num_nodes": !!int |-
    1
`;
    expect(poolRows(text)).toMatchObject([
      { pool: "server", engine: "vllm", model: "meta-llama/Llama-3.1-8B-Instruct", tp: 8, gpus: 4, nodes: 1, version: "0.11.0" },
    ]);
    expect(findingsOf(text).filter((said) => said.includes("gpu-count"))).toEqual(["error gpu-count: 4"]);
  });

  test("Dynamo's prefill and decode workers are the pools of one deployment", () => {
    const text = `dynamo:
  frontend: {replicas: 1}
  decodeWorker: {nodeCount: 8, replicas: 1}
  prefillWorker: {nodeCount: 2, replicas: 5}
workload: {model: deepseek-ai/DeepSeek-R1, framework: sglang, configFile: serving-args.yaml}
`;
    expect(poolRows(text)).toMatchObject([
      {
        deployment: "dynamo",
        pool: "decodeWorker",
        role: "decode",
        launcher: "dynamo",
        engine: "sglang",
        nodes: 8,
        instances: 1,
        gpus: undefined,
      },
      { deployment: "dynamo", pool: "prefillWorker", role: "prefill", nodes: 2, instances: 5 },
    ]);
  });
});
