import { describe, expect, test } from "vitest";
import { findingsOf, flagOf, only, poolRows, readText, sliceOf } from "../support.ts";

const serious = (text: string): string[] => findingsOf(text).filter((one) => !one.startsWith("information"));

const v1alpha1 = `apiVersion: nvidia.com/v1alpha1
kind: DynamoGraphDeployment
metadata: { name: qwen }
spec:
  backendFramework: vllm
  envs:
    - { name: MODEL, value: Qwen/Qwen3-32B }
  services:
    Frontend:
      componentType: frontend
      extraPodSpec: { mainContainer: { image: "nvcr.io/nvidia/ai-dynamo/vllm-runtime:\${VERSION}" } }
    Planner:
      componentType: planner
      extraPodSpec: { mainContainer: { image: "nvcr.io/nvidia/ai-dynamo/vllm-runtime:\${VERSION}" } }
    Decode:
      componentType: worker
      subComponentType: decode
      replicas: 3
      resources: { limits: { gpu: "4" }, requests: { gpu: "4" } }
      sharedMemory: { size: 80Gi }
      extraPodSpec:
        nodeSelector: { nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3 }
        mainContainer:
          image: "nvcr.io/nvidia/ai-dynamo/vllm-runtime:\${VERSION}"
          command: [python3, -m, dynamo.vllm]
          args: [--model, $(MODEL), --tensor-parallel-size, "4", --disaggregation-mode, decode]
    Prefill:
      componentType: worker
      subComponentType: prefill
      multinode: { nodeCount: 2 }
      envs: [{ name: TP, value: "16" }]
      resources: { limits: { gpu: "8" } }
      extraPodSpec:
        mainContainer:
          command: [/bin/sh, -c]
          args:
            - |
              exec python3 -m dynamo.vllm \\
                --model $MODEL \\
                --tensor-parallel-size $TP
`;

describe("a graph of NVIDIA Dynamo, v1alpha1", () => {
  test("workers are pools of one deployment, in the order written", () => {
    expect(poolRows(v1alpha1)).toEqual([
      expect.objectContaining({
        deployment: "qwen",
        pool: "Decode",
        format: "dynamo-dgd",
        role: "decode",
        engine: "vllm",
        launcher: "dynamo",
        model: "Qwen/Qwen3-32B",
        tp: 4,
        gpus: 4,
        nodes: 1,
        instances: 3,
        gpu: "H100-SXM5-80GB",
      }),
      expect.objectContaining({ deployment: "qwen", pool: "Prefill", role: "prefill", tp: 16, gpus: 16, nodes: 2, instances: 1 }),
    ]);
    const { companions, deployments } = readText(v1alpha1);
    expect(companions).toEqual([expect.objectContaining({ kind: "router", name: "Frontend" })]);
    const [decode, prefill] = deployments[0]?.pools ?? [];
    expect(sliceOf(v1alpha1, decode?.hardware.gpusPerNode?.range)).toBe("4");
    expect(decode?.hardware.gpuRequest?.value).toBe(4);
    expect(decode?.hardware.sharedMemory).toMatchObject({ value: 80 * 2 ** 30, origin: "file" });
    expect(prefill?.hardware.sharedMemory).toMatchObject({ value: 8 * 2 ** 30, origin: "engine-default" });
    expect(serious(v1alpha1)).toEqual([]);
  });

  test("too few GPUs are found at the pool that asks for them", () => {
    expect(serious(v1alpha1.replace('limits: { gpu: "8" }', 'limits: { gpu: "4" }'))).toEqual(["error gpu-count: 4"]);
    expect(serious(v1alpha1.replace('{ name: TP, value: "16" }', "{ name: TP, valueFrom: { configMapKeyRef: { key: a } } }"))).toEqual([]);
  });

  test("the worker of an aggregated graph serves both phases, whatever it is called", () => {
    const aggregated = v1alpha1.slice(0, v1alpha1.indexOf("    Prefill:")).replace(", --disaggregation-mode, decode", "");
    expect(poolRows(aggregated)).toEqual([expect.objectContaining({ pool: "Decode", role: "mixed" })]);
  });

  test("roles by the workers' own switches", () => {
    const switched = v1alpha1
      .replace("subComponentType: prefill", "")
      .replace("subComponentType: decode", "")
      .replace(", --disaggregation-mode, decode", "")
      .replace("--model $MODEL", "--is-prefill-worker --model $MODEL");
    expect(poolRows(switched).map(({ role }) => role)).toEqual(["decode", "prefill"]);
  });

  test("another kind of accelerator, and extended resources beside it", () => {
    const intel = v1alpha1.replace('limits: { gpu: "4" }, requests: { gpu: "4" }', 'limits: { gpu: "4", gpuType: gpu.intel.com/xe }');
    expect(readText(intel).deployments[0]?.pools[0]?.hardware).toMatchObject({ resource: "gpu.intel.com/xe", gpusPerNode: { value: 4 } });
    const custom = v1alpha1.replace(
      'limits: { gpu: "4" }, requests: { gpu: "4" }',
      'limits: { custom: { vke.volcengine.com/rdma: "1", amd.com/gpu: "2" } }',
    );
    expect(readText(custom).deployments[0]?.pools[0]?.hardware).toMatchObject({ resource: "amd.com/gpu", gpusPerNode: { value: 2 } });
  });

  test("a worker without a command is its graph's framework, with flags nobody sees", () => {
    const silent = v1alpha1
      .replace("command: [python3, -m, dynamo.vllm]", "")
      .replace('args: [--model, $(MODEL), --tensor-parallel-size, "4", --disaggregation-mode, decode]', "");
    expect(poolRows(silent)[0]).toMatchObject({ engine: "vllm", launcher: "dynamo", gpus: 4, complete: false });
  });
});

const v1beta1 = `apiVersion: nvidia.com/v1beta1
kind: DynamoGraphDeployment
metadata: { name: deepseek }
spec:
  backendFramework: sglang
  env: [{ name: MODE, value: decode }]
  components:
    - name: frontend
      type: frontend
      podTemplate: { spec: { containers: [{ name: main, image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1" }] } }
    - name: worker
      type: decode
      replicas: 2
      sharedMemorySize: 16Gi
      multinode: { nodeCount: 2 }
      podTemplate:
        spec:
          containers:
            - name: sidecar
              image: busybox
            - name: main
              image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
              command: [python3, -m, dynamo.sglang]
              args: [--model-path, deepseek-ai/DeepSeek-R1, --tp-size, "16", --dp-size, "16", --enable-dp-attention, --disaggregation-mode, $(MODE)]
              resources: { limits: { nvidia.com/gpu: "8" } }
`;

describe("a graph of NVIDIA Dynamo, v1beta1", () => {
  test("a component is a pod whose main container starts the engine", () => {
    expect(poolRows(v1beta1)).toEqual([
      expect.objectContaining({
        deployment: "deepseek",
        pool: "worker",
        role: "decode",
        engine: "sglang",
        launcher: "dynamo",
        model: "deepseek-ai/DeepSeek-R1",
        tp: 16,
        dp: 16,
        gpus: 16,
        nodes: 2,
        instances: 2,
      }),
    ]);
    const { pool } = only(readText(v1beta1));
    expect(pool.hardware.sharedMemory?.value).toBe(16 * 2 ** 30);
    expect(sliceOf(v1beta1, flagOf(pool, "tp-size").valueRange)).toBe("16");
    expect(readText(v1beta1).companions.map(({ name }) => name)).toEqual(["frontend"]);
    expect(serious(v1beta1)).toEqual([]);
  });

  test("nodes that are written but cannot be read leave the count unknown", () => {
    const text = v1beta1.replace("nodeCount: 2", "nodeCount: NODES");
    expect(poolRows(text)[0]).toMatchObject({ nodes: undefined, gpus: undefined });
    expect(serious(text)).toEqual([]);
    expect(serious(v1beta1.replace("nodeCount: 2", "{}").replace("multinode: { {} }", "multinode: {}"))).toEqual([]);
  });
});

describe("a worker that only hands requests on", () => {
  test("v1alpha1: the engine is another container of its pod, with that container's GPUs", () => {
    const text = `apiVersion: nvidia.com/v1alpha1
kind: DynamoGraphDeployment
metadata: { name: aside }
spec:
  backendFramework: vllm
  services:
    decode:
      componentType: worker
      extraPodSpec:
        containers:
          - name: engine
            command: [python3, -m, sglang.launch_server]
            args: [--model-path, Qwen/Qwen3-8B, --tp, "4"]
            resources: { limits: { nvidia.com/gpu: "2" } }
        mainContainer: { command: [dynamo-sglang-smg-sidecar], args: [--smg-endpoint, "127.0.0.1:40002"] }
`;
    expect(poolRows(text)).toEqual([expect.objectContaining({ pool: "decode", engine: "sglang", model: "Qwen/Qwen3-8B", tp: 4, gpus: 2 })]);
    expect(serious(text)).toEqual(["error gpu-count: 2"]);
  });

  test("v1beta1: the same beside the container main", () => {
    const aside = v1beta1
      .replace("$(MODE)", "decode")
      .replace("name: main\n", "name: engine\n")
      .replace("name: sidecar\n              image: busybox", "name: main\n              command: [dynamo-openengine-sidecar]")
      .replace("python3, -m, dynamo.sglang", "python3, -m, sglang.launch_server");
    expect(poolRows(aside)).toEqual([
      expect.objectContaining({ pool: "worker", role: "decode", engine: "sglang", launcher: null, tp: 16, gpus: 16, nodes: 2 }),
    ]);
  });
});

describe("what belongs to Dynamo beside its graphs", () => {
  test("a worker of TensorRT-LLM reads its engine's settings from a ConfigMap of the same file", () => {
    const text = `apiVersion: v1
kind: ConfigMap
metadata: { name: engine }
data:
  decode.yaml: |
    tensor_parallel_size: 8
    moe_expert_parallel_size: 4
---
apiVersion: nvidia.com/v1alpha1
kind: DynamoGraphDeployment
metadata: { name: kimi }
spec:
  services:
    worker:
      componentType: worker
      multinode: { nodeCount: 2 }
      resources: { limits: { gpu: "4" } }
      extraPodSpec:
        volumes: [{ name: config, configMap: { name: engine } }]
        mainContainer:
          volumeMounts: [{ name: config, mountPath: /config }]
          command: [python3, -m, dynamo.trtllm]
          args: [--model-path, nvidia/Kimi-K2.5-NVFP4, --extra-engine-args, /config/decode.yaml]
`;
    expect(poolRows(text)).toEqual([
      expect.objectContaining({ engine: "tensorrt-llm", launcher: "dynamo", tp: 8, ep: 4, gpus: 8, nodes: 2 }),
    ]);
    expect(serious(text.replace("tensor_parallel_size: 8", "tensor_parallel_size: 16"))).toContain("error gpu-count: 4");
  });

  test("a component that stands alone", () => {
    const text = `apiVersion: nvidia.com/v1alpha1
kind: DynamoComponentDeployment
metadata: { name: lone }
spec:
  componentType: worker
  replicas: 2
  resources: { limits: { gpu: "2" } }
  extraPodSpec:
    mainContainer:
      command: [python3, -m, dynamo.vllm]
      args: [--model, Qwen/Qwen3-8B, --tensor-parallel-size, "2"]
`;
    expect(poolRows(text)).toEqual([expect.objectContaining({ deployment: "lone", tp: 2, gpus: 2, instances: 2, format: "dynamo-dgd" })]);
  });

  test("a mocker is no engine that is judged, a request is no deployment yet", () => {
    const mocker = v1alpha1.slice(0, v1alpha1.indexOf("    Prefill:")).replace("dynamo.vllm]", "dynamo.mocker]");
    expect(poolRows(mocker)).toEqual([expect.objectContaining({ engine: "other", launcher: "dynamo" })]);
    const request =
      "apiVersion: nvidia.com/v1beta1\nkind: DynamoGraphDeploymentRequest\nmetadata: { name: r }\nspec: { model: Qwen/Qwen3-8B, backend: vllm }\n";
    expect(readText(request)).toMatchObject({ formats: ["dynamo-dgd"], deployments: [] });
    expect(readText("apiVersion: nvidia.com/v1\nkind: ClusterPolicy\nmetadata: { name: vllm }\n").formats).toEqual([]);
  });
});
