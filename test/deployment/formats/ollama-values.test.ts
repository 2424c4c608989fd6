import { describe, expect, test } from "vitest";
import { findingsOf, only, poolRows, readText, sliceOf } from "../support.ts";

const values = `replicaCount: 2
image: {repository: ollama/ollama, tag: 0.9.6}
ollama:
  gpu: {enabled: true, type: nvidia, number: 2}
  models:
    pull: [llama3.1:70b, gemma:7b]
nodeSelector: {cloud.google.com/gke-accelerator: nvidia-l4}
`;

describe("values of the Ollama chart", () => {
  test("one server with its first model and its GPUs", () => {
    expect(poolRows(values)).toEqual([
      expect.objectContaining({
        deployment: "ollama",
        format: "helm-ollama",
        engine: "ollama",
        model: "llama3.1:70b",
        gpus: 2,
        instances: 2,
        gpu: "L4",
      }),
    ]);
    const { deployment, pool } = only(readText(values));
    expect(pool.hardware.resource).toBe("nvidia.com/gpu");
    expect(sliceOf(values, pool.hardware.gpusPerNode?.range)).toBe("2");
    expect(sliceOf(values, deployment.model?.range)).toBe("llama3.1:70b");
    expect(findingsOf(values).filter((said) => said.includes("gpu-"))).toEqual([]);
  });

  test.each([
    ["models in one list", "ollama:\n  models: [gemma:7b]\n", { model: "gemma:7b", gpus: undefined }],
    ["a model that runs at once", "ollama: {models: {pull: [a, b], run: [b]}}\n", { model: "b" }],
    ["no model", "ollama: {gpu: {enabled: false, number: 1}, models: {pull: []}}\n", { model: undefined, gpus: undefined }],
    ["slices", "ollama: {gpu: {enabled: true, number: 1, mig: {enabled: true, devices: {1g.10gb: 1}}}}\n", { gpus: undefined }],
    ["resources of its own", "ollama: {models: [a]}\nresources: {limits: {amd.com/gpu: 4}}\n", { model: "a", gpus: 4 }],
  ])("%s", (_, text, row) => {
    expect(poolRows(text)).toMatchObject([row]);
  });
});
