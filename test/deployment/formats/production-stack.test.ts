import { describe, expect, test } from "vitest";
import { removeFlag, setFlag } from "../../../src/deployment/edit.ts";
import { applyEdits, findingsOf, flagOf, only, poolRows, readText, settings, sliceOf } from "../support.ts";

/** One `modelSpec` entry with `fields`, and what stands beside `servingEngineSpec`. */
const values = (fields: string, beside = ""): string => `servingEngineSpec:
  runtimeClassName: nvidia
  modelSpec:
    - name: llama
      repository: vllm/vllm-openai
      tag: v0.11.0
      modelURL: meta-llama/Llama-3.1-8B-Instruct
${fields.replace(/^/gm, "      ")}
${beside}`;

const serving = `replicaCount: 3
requestGPU: 2
shmSize: 10Gi
enableTool: true
enableLoRA: false
toolCallParser: ""
vllmConfig:
  v1: 1
  enableChunkedPrefill: false
  maxModelLen: 8192
  tensorParallelSize: 2
  pipelineParallelSize: 4
  gpuMemoryUtilization: "0.85"
  extraArgs: ["--max-num-seqs=64", "--gpu-memory-utilization", "0.9"]
env:
  - {name: VLLM_LOGGING_LEVEL, value: DEBUG}`;

describe("values of vLLM's production stack", () => {
  test("fields and extra arguments of an entry are the flags of its engine", () => {
    const text = values(serving);
    expect(poolRows(text)).toEqual([
      expect.objectContaining({
        deployment: "llama",
        pool: "llama",
        format: "helm-production-stack",
        engine: "vllm",
        launcher: null,
        model: "meta-llama/Llama-3.1-8B-Instruct",
        role: "mixed",
        tp: 2,
        pp: undefined,
        gpus: 2,
        nodes: 1,
        instances: 3,
        version: "0.11.0",
        complete: true,
      }),
    ]);
    const { pool } = only(readText(text));
    expect(settings(pool)).toEqual({
      "enable-auto-tool-choice": null,
      "no-enable-prefix-caching": null,
      "no-enable-chunked-prefill": null,
      "max-model-len": "8192",
      "tensor-parallel-size": "2",
      "gpu-memory-utilization": "0.9",
      "max-num-seqs": "64",
    });
    expect(sliceOf(text, flagOf(pool, "gpu-memory-utilization").valueRange)).toBe("0.9");
    expect(sliceOf(text, pool.engine.parallel.tensor.range)).toBe("2");
    expect(sliceOf(text, pool.hardware.gpusPerNode?.range)).toBe("2");
    expect(pool.hardware.sharedMemory).toMatchObject({ value: 10 * 2 ** 30, origin: "file" });
    expect(pool.engine.environment.get("VLLM_LOGGING_LEVEL")?.value).toBe("DEBUG");
  });

  test("a field is changed where it stands, a new flag goes behind the extra arguments", () => {
    const text = values(serving);
    const { pool } = only(readText(text));
    expect(applyEdits(text, setFlag(pool, "enable-chunked-prefill", null))).toContain("  enableChunkedPrefill: true\n");
    expect(applyEdits(text, setFlag(pool, "tensor-parallel-size", "4"))).toContain("  tensorParallelSize: 4\n");
    expect(applyEdits(text, setFlag(pool, "max-num-batched-tokens", "8192"))).toContain('"0.9", "--max-num-batched-tokens=8192"]');
    expect(applyEdits(text, removeFlag(pool, "max-model-len"))).not.toContain("maxModelLen");
    expect(setFlag(pool, "enable-prefix-caching", null)).toHaveLength(1);
  });

  test("a field between others on one line goes alone", () => {
    const removed = (fields: string, name: string): string => {
      const text = values(fields);
      return applyEdits(text, removeFlag(only(readText(text)).pool, name));
    };
    const flow = "vllmConfig: {maxModelLen: 4096, maxNumSeqs: 64, dtype: bfloat16}";
    expect(removed(flow, "max-model-len")).toContain("vllmConfig: {maxNumSeqs: 64, dtype: bfloat16}\n");
    expect(removed(flow, "max-num-seqs")).toContain("vllmConfig: {maxModelLen: 4096, dtype: bfloat16}\n");
    expect(removed(flow, "dtype")).toContain("vllmConfig: {maxModelLen: 4096, maxNumSeqs: 64}\n");
    expect(removed("vllmConfig:\n  maxModelLen: 4096 # short\n  dtype: auto", "max-model-len")).toMatch(/vllmConfig:\n +dtype: auto/);
    expect(removed('vllmConfig: {\n  "maxModelLen": 4096,\n  "dtype": "auto"\n}', "max-model-len")).toMatch(
      /vllmConfig: \{\n +"dtype": "auto"/,
    );
  });

  test("the chart's templates switch prefix caching off where the file is silent", () => {
    const { pool } = only(readText(values("requestGPU: 1\nvllmConfig: {maxModelLen: 4096}")));
    expect(flagOf(pool, "enable-prefix-caching")).toMatchObject({ negated: true, value: { origin: "inferred" } });
    expect(only(readText(values("requestGPU: 1"))).pool.engine.flags.size).toBe(0);
  });

  test("several entries are several deployments; a switched off chart has none", () => {
    const two = `servingEngineSpec:
  modelSpec:
    - {name: a, repository: vllm/vllm-openai, tag: latest, modelURL: Qwen/Qwen3-8B, requestGPU: 1}
    - {name: b, repository: rocm/vllm, tag: instinct_main, modelURL: Qwen/Qwen3-4B, requestGPU: "2", requestGPUType: amd.com/gpu}
routerSpec: {enableRouter: true}
cacheserverSpec: {enabled: true}
`;
    expect(poolRows(two).map(({ deployment, model, gpus, instances }) => [deployment, model, gpus, instances])).toEqual([
      ["a", "Qwen/Qwen3-8B", 1, 1],
      ["b", "Qwen/Qwen3-4B", 2, 1],
    ]);
    const reading = readText(two);
    expect(reading.deployments[1]?.pools[0]?.hardware.resource).toBe("amd.com/gpu");
    expect(reading.companions.map(({ kind, name }) => [kind, name])).toEqual([
      ["router", "router"],
      ["cache", "cache server"],
    ]);
    const off = readText(two.replace("  modelSpec:", "  enableEngine: false\n  modelSpec:"));
    expect(off).toMatchObject({ formats: ["helm-production-stack"], deployments: [] });
  });

  test("a Ray cluster is one engine over its head and workers", () => {
    const ray = `replicaCount: 3
requestGPU: 8
vllmConfig: {tensorParallelSize: 8, pipelineParallelSize: 4}
raySpec:
  enabled: true
  headNode: {requestGPU: 8}`;
    expect(poolRows(values(ray))).toMatchObject([{ tp: 8, pp: 4, gpus: 32, nodes: 4, instances: 1, complete: true }]);
    expect(findingsOf(values(ray)).filter((said) => said.includes("gpu-"))).toEqual([]);
    const short = values(ray.replace("replicaCount: 3", "replicaCount: 2"));
    expect(findingsOf(short)).toContain("error gpu-count: 8");
    expect(poolRows(values(ray.replace("headNode: {requestGPU: 8}", "headNode: {requestCPU: 2}")))).toMatchObject([{ gpus: 24 }]);
    expect(poolRows(values(ray.replace("enabled: true", "enabled: false")))).toMatchObject([{ pp: undefined, gpus: 8, instances: 3 }]);
  });

  test("a LeaderWorkerSet has a pipeline stage on each node unless told otherwise", () => {
    const lws = `replicaCount: 2
requestGPU: 8
vllmConfig: {tensorParallelSize: 8}
lwsSpec: {enabled: true, size: 2}`;
    expect(poolRows(values(lws))).toMatchObject([{ tp: 8, pp: 2, gpus: 16, nodes: 2, instances: 2 }]);
    expect(poolRows(values(lws.replace("Size: 8}", "Size: 8, pipelineParallelSize: 1}")))).toMatchObject([{ pp: 1, gpus: 16 }]);
  });

  const pair = `servingEngineSpec:
  modelSpec:
    - name: one
      repository: lmcache/vllm-openai
      tag: "2025-05-27-v1"
      modelURL: Qwen/Qwen3-8B
      labels: {model: p}
      lmcacheConfig: {enabled: true, cudaVisibleDevices: "0", KIND: kv_producer, enablePD: true}
    - name: two
      repository: lmcache/vllm-openai
      tag: "2025-05-27-v1"
      modelURL: Qwen/Qwen3-8B
      labels: {model: d}
      lmcacheConfig: {enabled: true, cudaVisibleDevices: "1", KIND: kv_consumer, enablePD: true}
`;

  test.each([
    ["their KV roles", pair.replaceAll("KIND", "kvRole")],
    ["the router's labels", `${pair}routerSpec:\n  extraArgs: [--prefill-model-labels, p, --decode-model-labels=d]\n`],
  ])("prefill and decode by %s are the pools of one deployment", (_, text) => {
    expect(poolRows(text)).toMatchObject([
      { deployment: "Qwen/Qwen3-8B", pool: "one", role: "prefill", gpus: undefined },
      { deployment: "Qwen/Qwen3-8B", pool: "two", role: "decode", gpus: undefined },
    ]);
    const [first] = readText(text).deployments;
    expect(first?.pools[1]?.engine.environment.get("CUDA_VISIBLE_DEVICES")?.value).toBe("1");
    expect(first?.pools[0]?.hardware.sharedMemory?.value).toBe("host");
  });

  test("GPUs too few are told at their word, unknown ones not at all", () => {
    const text = values("requestGPU: 2\nvllmConfig: {tensorParallelSize: 4}");
    expect(findingsOf(text)).toContain("error gpu-count: 2");
    for (const gpus of ["requestGPU: 0", "requestGPU: <GPUS>", "requestCPU: 4", 'requestGPU: "{{ .gpus }}"']) {
      expect(findingsOf(values(`${gpus}\nvllmConfig: {tensorParallelSize: 4}`)).filter((said) => said.includes("gpu-"))).toEqual([]);
    }
  });

  test("resources of Kubernetes' own stand above the short fields; node terms and MIG slices tell the GPU", () => {
    const own = `requestGPU: 1
resources: {limits: {nvidia.com/gpu: 4}}
nodeSelectorTerms:
  - matchExpressions:
      - {key: nvidia.com/gpu.product, operator: In, values: [NVIDIA-H100-80GB-HBM3]}`;
    expect(poolRows(values(own))).toMatchObject([{ gpus: 4, gpu: "H100-SXM5-80GB" }]);
    const slice = only(readText(values("requestGPU: 1\nrequestGPUType: nvidia.com/mig-1g.10gb"))).pool.hardware;
    expect(slice).toMatchObject({ resource: "nvidia.com/mig-1g.10gb", gpu: undefined });
    expect(slice.gpuAsWritten?.value).toBe("nvidia.com/mig-1g.10gb");
  });
});
