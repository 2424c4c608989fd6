import { describe, expect, test } from "vitest";
import { findingsOf, only, poolRows, readText, sliceOf } from "../support.ts";

const cache = `apiVersion: apps.nvidia.com/v1alpha1
kind: NIMCache
metadata: { name: weights }
spec:
  source:
    hf:
      namespace: meta-llama
      modelName: Llama-3.1-8B-Instruct
`;

const service = (fields: string): string => `apiVersion: apps.nvidia.com/v1alpha1
kind: NIMService
metadata: { name: llama }
spec:
  image: { repository: nvcr.io/nim/meta/llama-3.1-8b-instruct, tag: 1.8.3 }
  replicas: 2
  resources:
    limits:
      nvidia.com/gpu: 4
  nodeSelector:
    nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3
${fields.replace(/^/gm, "  ")}
`;

describe("NVIDIA's NIM operator", () => {
  test("a service's image names its model", () => {
    const text = service("authSecret: ngc");
    expect(poolRows(text)).toEqual([
      expect.objectContaining({
        deployment: "llama",
        format: "nim-operator",
        engine: "nim",
        model: "nvcr.io/nim/meta/llama-3.1-8b-instruct",
        gpus: 4,
        nodes: 1,
        instances: 2,
        gpu: "H100-SXM5-80GB",
        tp: undefined,
        version: undefined,
      }),
    ]);
    expect(findingsOf(text)).toEqual([]);
  });

  test("a cache of the hub's weights names it more plainly, in the cache's own words", () => {
    const text = `${cache}---\n${service("storage: { nimCache: { name: weights } }")}`;
    const { deployment } = only(readText(text));
    expect(deployment.model?.value.name).toBe("meta-llama/Llama-3.1-8B-Instruct");
    expect(deployment.model?.value.facts?.value.id).toBe("meta-llama/Llama-3.1-8B-Instruct");
    expect(sliceOf(text, deployment.model?.range)).toContain("Llama-3.1-8B-Instruct");
    expect(poolRows(service("storage: { nimCache: { name: elsewhere } }"))[0]?.model).toBe("nvcr.io/nim/meta/llama-3.1-8b-instruct");
    expect(poolRows(service("env: [{ name: NIM_MODEL_NAME, value: 'hf://Qwen/Qwen3-32B' }]"))[0]?.model).toBe("hf://Qwen/Qwen3-32B");
  });

  test.each([
    ["multiNode: { parallelism: { tensor: 4, pipeline: 2 } }", { tp: 4, pp: 2, nodes: 2, gpus: 8 }],
    ["multiNode: { parallelism: { tp: 4, pp: 3 } }", { tp: 4, pp: 3, nodes: 3, gpus: 12 }],
    ["multiNode: { size: 2, gpusPerPod: 4 }", { tp: undefined, nodes: 2, gpus: 8 }],
    [
      "multiNode: { size: 2 }\nenv:\n- { name: NIM_TENSOR_PARALLEL_SIZE, value: '4' }\n- { name: NIM_PIPELINE_PARALLEL_SIZE, value: '2' }",
      { tp: 4, pp: 2, nodes: 2, gpus: 8 },
    ],
  ])("several nodes: %s", (fields, wanted) => {
    expect(poolRows(service(fields))).toEqual([expect.objectContaining(wanted)]);
  });

  test("a scaler decides how many copies there are", () => {
    expect(poolRows(service("scale: { enabled: true }"))[0]?.instances).toBeUndefined();
  });

  test("a pipeline holds several services, those that are disabled left out; a cache starts none", () => {
    const pipeline = `apiVersion: apps.nvidia.com/v1alpha1
kind: NIMPipeline
metadata: { name: rag }
spec:
  services:
    - name: llm
      enabled: true
      spec:
        image: { repository: nvcr.io/nim/meta/llama-3.1-8b-instruct, tag: 1.8.3 }
        resources: { limits: { nvidia.com/gpu: 1 } }
    - name: embedding
      enabled: false
      spec:
        image: { repository: nvcr.io/nim/nvidia/nv-embedqa-e5-v5, tag: 1.0.1 }
`;
    expect(poolRows(pipeline).map(({ deployment, gpus }) => [deployment, gpus])).toEqual([["llm", 1]]);
    const { formats, deployments } = readText(cache);
    expect(formats).toEqual(["nim-operator"]);
    expect(deployments).toEqual([]);
  });

  test("values of the chart nim-llm", () => {
    const values = `image:
  repository: nvcr.io/nim/meta/llama3-70b-instruct
  tag: "1.0.0"
model:
  name: meta/llama3-70b-instruct
  ngcAPISecret: ngc-api
replicaCount: 2
resources:
  limits:
    nvidia.com/gpu: 8
multiNode:
  enabled: true
  workers: 2
  gpusPerNode: 8
`;
    expect(poolRows(values)).toEqual([
      expect.objectContaining({
        format: "nim-operator",
        engine: "nim",
        model: "nvcr.io/nim/meta/llama3-70b-instruct",
        gpus: 16,
        nodes: 2,
        instances: 2,
      }),
    ]);
    expect(poolRows(values.replace("enabled: true", "enabled: false"))).toEqual([expect.objectContaining({ gpus: 8, nodes: 1 })]);
  });
});
