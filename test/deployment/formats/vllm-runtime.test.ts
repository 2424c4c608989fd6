import { describe, expect, test } from "vitest";
import { findingsOf, only, poolRows, readText, settings, sliceOf } from "../support.ts";

const runtime = `apiVersion: production-stack.vllm.ai/v1alpha1
kind: VLLMRuntime
metadata: {name: llama}
spec:
  model:
    modelURL: meta-llama/Llama-3.1-70B-Instruct
    enableLoRA: false
    toolCallParser: ""
    maxModelLen: 0
    dtype: bfloat16
  vllmConfig:
    enableChunkedPrefill: true
    enablePrefixCaching: false
    tensorParallelSize: 4
    gpuMemoryUtilization: "0.9"
    extraArgs: ["--max-num-seqs", "32"]
    env: [{name: HF_HOME, value: /data}]
  deploymentConfig:
    replicas: 2
    resources: {cpu: "8", gpu: "4", gpuType: nvidia.com/gpu}
    image: {registry: docker.io, name: "vllm/vllm-openai:v0.11.0"}
    nodeSelectorTerms:
      - matchExpressions:
          - {key: nvidia.com/gpu.product, operator: In, values: [NVIDIA-H100-80GB-HBM3]}
`;

describe("custom resources of the production stack's operator", () => {
  test("fields that say something are the flags of the engine", () => {
    expect(poolRows(runtime)).toEqual([
      expect.objectContaining({
        deployment: "llama",
        format: "vllm-operator-crd",
        engine: "vllm",
        model: "meta-llama/Llama-3.1-70B-Instruct",
        tp: 4,
        gpus: 4,
        instances: 2,
        gpu: "H100-SXM5-80GB",
        version: "0.11.0",
        complete: true,
      }),
    ]);
    const { pool } = only(readText(runtime));
    expect(settings(pool)).toEqual({
      dtype: "bfloat16",
      "enable-chunked-prefill": null,
      "no-enable-prefix-caching": null,
      "tensor-parallel-size": "4",
      "gpu-memory-utilization": "0.9",
      "max-num-seqs": "32",
    });
    expect(sliceOf(runtime, pool.hardware.gpusPerNode?.range)).toBe("4");
  });

  test("too few GPUs are told at their word", () => {
    expect(findingsOf(runtime.replace('gpu: "4"', 'gpu: "2"'))).toContain("error gpu-count: 2");
    expect(findingsOf(runtime.replace('gpu: "4", ', "")).filter((said) => said.includes("gpu-"))).toEqual([]);
  });

  test("the first shape of the resource has its settings in the spec itself", () => {
    const flat = `apiVersion: serving.vllm.ai/v1alpha1
kind: VLLMRuntime
metadata: {name: old}
spec:
  tensorParallelSize: 2
  extraArgs: ["--max-num-seqs=16"]
  model: {modelURL: Qwen/Qwen3-8B}
  resources: {gpu: "2"}
  image: {registry: docker.io, name: "lmcache/vllm-openai:2025-04-18"}
  replicas: 3
`;
    expect(poolRows(flat)).toMatchObject([{ deployment: "old", model: "Qwen/Qwen3-8B", tp: 2, gpus: 2, instances: 3 }]);
  });

  test("a topology holds the pools of one deployment", () => {
    const role = (gpus: number): string => `
      model: {modelURL: Qwen/Qwen3-8B}
      vllmConfig: {tensorParallelSize: ${gpus}}
      deploymentConfig: {replicas: ${gpus}, resources: {gpu: "${gpus}"}, image: {registry: docker.io, name: "lmcache/vllm-openai:v0.3.13"}}`;
    const text = `apiVersion: production-stack.vllm.ai/v1alpha1
kind: VLLMRuntime
metadata: {name: pd}
spec:
  enablePDDisaggregation: true
  topology:
    prefill:${role(1)}
    decode:${role(2)}
`;
    expect(poolRows(text)).toMatchObject([
      { deployment: "pd", pool: "prefill", role: "prefill", tp: 1, gpus: 1, instances: 1 },
      { deployment: "pd", pool: "decode", role: "decode", tp: 2, gpus: 2, instances: 2 },
    ]);
  });

  test.each([
    ["VLLMRouter", ["router"]],
    ["CacheServer", ["cache"]],
    ["LoraAdapter", []],
  ])("a %s starts no engine", (kind, companions) => {
    const reading = readText(`apiVersion: production-stack.vllm.ai/v1alpha1\nkind: ${kind}\nmetadata: {name: a}\nspec: {replicas: 1}\n`);
    expect(reading).toMatchObject({ formats: ["vllm-operator-crd"], deployments: [] });
    expect(reading.companions.map((one) => one.kind)).toEqual(companions);
  });
});
