import { describe, expect, test } from "vitest";
import { findingsOf, only, poolRows, readText } from "../support.ts";

const model = (flavors: string): string => `apiVersion: llmaz.io/v1alpha1
kind: OpenModel
metadata: {name: qwen}
spec:
  familyName: qwen
  source: {modelHub: {modelID: Qwen/Qwen3-32B}}
  inferenceConfig:
    flavors: [${flavors}]
`;
const playground = (spec: string): string => `---
apiVersion: inference.llmaz.io/v1alpha1
kind: Playground
metadata: {name: qwen}
spec:
  replicas: 2
  ${spec}
`;
const h100 = "{name: h100, limits: {nvidia.com/gpu: 4}}";

describe("playgrounds", () => {
  test("the claimed model's hub, accelerators and count", () => {
    const text = model(h100) + playground("modelClaim: {modelName: qwen}\n  backendRuntimeConfig: {args: [--tensor-parallel-size, 4]}");
    expect(readText(text).formats).toEqual(["llmaz"]);
    expect(poolRows(text)).toMatchObject([
      { format: "llmaz", engine: "vllm", model: "Qwen/Qwen3-32B", tp: 4, gpus: 4, gpu: "H100-SXM5-80GB", instances: 2, complete: false },
    ]);
  });

  test.each([
    ["{backendName: sglang}", "sglang"],
    ["{name: llamacpp}", "llama.cpp"],
    ["{backendName: tensorrt-llm}", "tensorrt-llm"],
    ["{backendName: mine}", "other"],
  ])("the backend %s", (config, engine) => {
    const text = playground(`modelClaim: {modelName: elsewhere}\n  backendRuntimeConfig: ${config}`);
    expect(poolRows(text)).toMatchObject([{ engine, model: undefined, gpus: undefined }]);
  });

  test("a backend of the same file, at its version", () => {
    const runtime = `---
apiVersion: inference.llmaz.io/v1alpha1
kind: BackendRuntime
metadata: {name: mine}
spec:
  command: [python3, -m, sglang.launch_server]
  image: lmsysorg/sglang
  version: v0.5.5
  recommendedConfigs:
    - {name: default, args: [--model-path, "{{ .ModelPath }}"]}
    - {name: speculative, args: [--model-path, "{{ .ModelPath }}", --tp, "2"]}
`;
    const text = playground("modelClaim: {modelName: qwen}\n  backendRuntimeConfig: {backendName: mine, version: v0.5.6}") + runtime;
    expect(poolRows(text)).toMatchObject([
      { format: "llmaz", engine: "sglang", version: "0.5.6" },
      { format: "llmaz-backendruntime", engine: "sglang", version: "0.5.5", tp: 2, model: undefined, complete: false },
    ]);
    expect(readText(text).formats).toEqual(["llmaz", "llmaz-backendruntime"]);
  });

  test("flavors are alternatives: what they do not agree on is unknown", () => {
    const text = model(`${h100}, {name: l4, limits: {nvidia.com/gpu: 8}}`) + playground("modelClaim: {modelName: qwen}");
    expect(poolRows(text)).toMatchObject([{ gpus: undefined, gpu: undefined }]);
    const chosen = text.replace("modelName: qwen}", "modelName: qwen, inferenceFlavors: [h100]}");
    expect(poolRows(chosen)).toMatchObject([{ gpus: 4, gpu: "H100-SXM5-80GB" }]);
  });

  test("of several models the main one counts; presets that nobody sees leave sizes open", () => {
    const claims = "modelClaims: {models: [{name: draft, role: draft}, {name: qwen, role: main}]}";
    const text = model(h100) + playground(claims);
    expect(poolRows(text)).toMatchObject([{ model: "Qwen/Qwen3-32B", gpus: 4 }]);
    expect(only(readText(text)).pool.engine.parallel.unreadable.has("tensor")).toBe(true);
    expect(findingsOf(text)).toEqual([]);
  });
});

test("a service's workload is a LeaderWorkerSet", () => {
  const text = `apiVersion: inference.llmaz.io/v1alpha1
kind: Service
metadata: {name: big}
spec:
  modelClaims: {models: [{name: big}]}
  replicas: 2
  workloadTemplate:
    size: 2
    workerTemplate:
      spec:
        containers:
          - name: model-runner
            image: lmsysorg/sglang:v0.5.5
            command: [python3, -m, sglang.launch_server, --model-path, m, --tp, "2", --nnodes, $(LWS_GROUP_SIZE)]
            resources: {limits: {nvidia.com/gpu: "1"}}
`;
  expect(poolRows(text)).toMatchObject([{ format: "llmaz", engine: "sglang", tp: 2, gpus: 2, nodes: 2, instances: 2 }]);
});
