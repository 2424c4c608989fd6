import { describe, expect, test } from "vitest";
import { findingsOf, flagOf, poolRows, readText, sliceOf } from "../support.ts";

const values = `sampleApplication:
  baseConfigMapRefName: basic-gpu-with-nixl-preset
  model:
    modelArtifactURI: hf://meta-llama/Llama-3.1-70B-Instruct
    modelName: llama
  resources:
    limits: {nvidia.com/gpu: 4}
  prefill:
    replicas: 2
    extraArgs: ["--tensor-parallel-size", "4"]
  decode:
    replicas: 0
    extraArgs: ["--tensor-parallel-size=4", "--max-model-len=20000"]
modelservice:
  vllm:
    image: {registry: ghcr.io, repository: llm-d/llm-d, tag: v0.2.0}
`;

describe("values of llm-d's first chart", () => {
  test("prefill and decode are the pools of the sample application; a preset adds arguments that nobody sees here", () => {
    expect(poolRows(values)).toMatchObject([
      { deployment: "llama", pool: "prefill", role: "prefill", tp: 4, gpus: 4, instances: 2, complete: false },
      { deployment: "llama", pool: "decode", role: "decode", tp: 4, gpus: 4, instances: 0, complete: false },
    ]);
    const [deployment] = readText(values).deployments;
    expect(deployment).toMatchObject({ format: "helm-llmd-deployer", engine: "vllm" });
    expect(deployment?.model?.value.name).toBe("hf://meta-llama/Llama-3.1-70B-Instruct");
    expect(deployment?.model?.value.facts?.value.id).toBe("meta-llama/Llama-3.1-70B-Instruct");
    const decode = deployment?.pools[1];
    expect(decode && sliceOf(values, flagOf(decode, "max-model-len").valueRange)).toBe("20000");
    expect(findingsOf(values).filter((said) => said.includes("gpu-"))).toEqual([]);
  });

  test("both roles come with the chart where the file names none", () => {
    const text = "sampleApplication:\n  model: {modelArtifactURI: hf://Qwen/Qwen3-8B, modelName: q}\n";
    expect(poolRows(text)).toMatchObject([{ pool: "prefill" }, { pool: "decode" }]);
    expect(readText(text.replace("\n", "\n  enabled: false\n"))).toMatchObject({ formats: ["helm-llmd-deployer"], deployments: [] });
  });
});
