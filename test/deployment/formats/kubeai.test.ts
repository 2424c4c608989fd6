import { describe, expect, test } from "vitest";
import { findingsOf, flagOf, only, poolRows, readText, sliceOf } from "../support.ts";

const model = (spec: string): string => `apiVersion: kubeai.org/v1
kind: Model
metadata:
  name: llama
spec:
${spec.trim().replace(/^/gm, "  ")}
`;

const eight = model(`
features: [TextGeneration]
url: hf://meta-llama/Llama-3.3-70B-Instruct
engine: VLLM
resourceProfile: nvidia-gpu-h100:8
minReplicas: 2
maxReplicas: 2
args:
  - --tensor-parallel-size=8
  - --max-model-len=8192
env:
  VLLM_USE_V1: "1"
`);

describe("a Model of KubeAI", () => {
  test("fields say engine, model, GPUs and copies, arguments the rest", () => {
    expect(poolRows(eight)).toEqual([
      expect.objectContaining({
        deployment: "llama",
        format: "kubeai-model",
        engine: "vllm",
        model: "hf://meta-llama/Llama-3.3-70B-Instruct",
        tp: 8,
        gpus: 8,
        nodes: 1,
        instances: 2,
        gpu: "H100-SXM5-80GB",
        complete: true,
      }),
    ]);
    const { deployment, pool } = only(readText(eight));
    expect(deployment.model?.value.facts?.value.id).toBe("meta-llama/Llama-3.3-70B-Instruct");
    expect(sliceOf(eight, deployment.model?.range)).toBe("hf://meta-llama/Llama-3.3-70B-Instruct");
    expect(sliceOf(eight, pool.hardware.gpusPerNode?.range)).toBe("8");
    expect(sliceOf(eight, pool.hardware.gpu?.range)).toBe("nvidia-gpu-h100");
    expect(sliceOf(eight, flagOf(pool, "max-model-len").valueRange)).toBe("8192");
    expect(pool.engine.environment.get("VLLM_USE_V1")?.value).toBe("1");
  });

  test("more ranks than the profile's count are found at the count", () => {
    expect(findingsOf(eight.replace("h100:8", "h100:4"))).toContain("error gpu-count: 4");
    expect(findingsOf(eight).filter((one) => one.startsWith("error"))).toEqual([]);
  });

  test("patches of its pod leave the flags open, and the count where they write resources", () => {
    const patched = (path: string): string => `${eight}  jsonPatches: [{ op: add, path: ${path}, value: {} }]\n`;
    expect(poolRows(patched("/spec/containers/0/args/-"))).toEqual([expect.objectContaining({ gpus: 8, complete: false })]);
    expect(poolRows(patched("/spec/containers/0/resources/limits"))).toEqual([
      expect.objectContaining({ gpus: undefined, complete: false }),
    ]);
  });

  test.each([
    ["SGLang", "sglang"],
    ["LlamaCpp", "llama.cpp"],
    ["OLlama", "ollama"],
    ["FasterWhisper", "other"],
    ["constructor", "other"],
  ])("engine %s", (written, engine) => {
    expect(poolRows(model(`engine: ${written}\nurl: hf://Qwen/Qwen3-8B`))).toEqual([expect.objectContaining({ engine })]);
  });

  test.each([
    ["cpu:1", undefined],
    ["team-profile:2", undefined],
    ["nvidia-gpu-8x-h100:1", undefined],
    ["gaudi-for-text-generation:2", 2],
    ["amd-gpu-mi300x:8", 8],
    ["nvidia-gpu-l4", undefined],
  ])("the profile %s counts %s accelerators", (profile, gpus) => {
    const [row] = poolRows(eight.replace("nvidia-gpu-h100:8", profile));
    expect(row?.gpus).toBe(gpus);
  });

  test("a flag that names the same model leaves the field its word; another model is what the engine loads", () => {
    const same = eight.replace("args:", "args:\n    - --model=meta-llama/Llama-3.3-70B-Instruct");
    expect(poolRows(same)[0]?.model).toBe("hf://meta-llama/Llama-3.3-70B-Instruct");
    const other = eight.replace("args:", "args:\n    - --model=Qwen/Qwen3-32B");
    expect(poolRows(other)[0]?.model).toBe("Qwen/Qwen3-32B");
  });

  test("adapters switch LoRA on", () => {
    const { pool } = only(readText(eight.replace("args:", "adapters:\n    - {name: a, url: hf://org/a}\n  args:")));
    expect(flagOf(pool, "enable-lora").value).toMatchObject({ value: null, origin: "inferred" });
  });

  test("other engines are named, copies between two bounds are unknown", () => {
    const [ollama] = poolRows(
      model("url: ollama://gemma2:2b\nengine: OLlama\nresourceProfile: nvidia-gpu-l4:1\nminReplicas: 0\nmaxReplicas: 3"),
    );
    expect(ollama).toMatchObject({ engine: "ollama", model: "ollama://gemma2:2b", gpus: 1, instances: undefined });
    const [whisper] = poolRows(model("url: hf://Systran/faster-whisper-medium-en\nengine: FasterWhisper\nresourceProfile: cpu:1"));
    expect(whisper).toMatchObject({ engine: "other", gpus: undefined });
  });
});

describe("values of KubeAI's chart of models", () => {
  const catalog = `catalog:
  llama-8b-l4:
    enabled: true
    features: ["TextGeneration"]
    url: "hf://meta-llama/Llama-3.1-8B-Instruct"
    engine: VLLM
    args: [--tensor-parallel-size=2, --max-model-len=4096]
    resourceProfile: nvidia-gpu-l4:1
  qwen-cpu:
    features: ["TextGeneration"]
    url: "ollama://qwen2:0.5b"
    engine: OLlama
    resourceProfile: cpu:1
`;

  test("only what is enabled is started", () => {
    expect(poolRows(catalog)).toEqual([
      expect.objectContaining({
        deployment: "llama-8b-l4",
        engine: "vllm",
        model: "hf://meta-llama/Llama-3.1-8B-Instruct",
        tp: 2,
        gpus: 1,
      }),
    ]);
    expect(findingsOf(catalog)).toContain("error gpu-count: 1");
    expect(poolRows(`all: {enabled: true}\n${catalog}`).map(({ engine }) => engine)).toEqual(["vllm", "ollama"]);
  });

  test("a catalogue of something else is nobody's", () => {
    expect(readText("catalog:\n  books:\n    enabled: true\n    title: vllm\n").formats).toEqual([]);
  });
});
