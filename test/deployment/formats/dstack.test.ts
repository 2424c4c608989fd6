import { describe, expect, test } from "vitest";
import { findingsOf, only, poolRows, readText, sliceOf } from "../support.ts";

const service = `type: service
name: llama
image: vllm/vllm-openai:v0.11.0
env:
  - HF_TOKEN
  - MODEL=meta-llama/Llama-3.1-70B-Instruct
commands:
  - export LENGTH=8192
  - |
    vllm serve $MODEL \\
      --tensor-parallel-size $DSTACK_GPUS_NUM \\
      --max-model-len $LENGTH
port: 8000
model: meta-llama/Llama-3.1-70B-Instruct
replicas: 2
resources:
  gpu: H100:4
  shm_size: 32GB
`;

describe("runs of dstack", () => {
  test("commands share a shell, dstack's variables are known", () => {
    expect(poolRows(service)).toEqual([
      expect.objectContaining({
        deployment: "llama",
        format: "dstack",
        engine: "vllm",
        model: "meta-llama/Llama-3.1-70B-Instruct",
        tp: 4,
        gpus: 4,
        nodes: 1,
        instances: 2,
        gpu: "H100-SXM5-80GB",
        version: "0.11.0",
      }),
    ]);
    const { pool } = only(readText(service));
    expect(pool.engine.flags.get("max-model-len")?.value?.value).toBe("8192");
    expect(sliceOf(service, pool.hardware.gpusPerNode?.range)).toBe("4");
    expect(pool.hardware.sharedMemory?.value).toBe(32 * 2 ** 30);
    expect(findingsOf(service)).toEqual([]);
    expect(findingsOf(service.replace("$DSTACK_GPUS_NUM", "8"))).toEqual(["error gpu-count: 4"]);
  });

  test("a file's folded commands, its name, and an image that needs none", () => {
    const folded = `type: task
image: nvcr.io/nvidia/tensorrt-llm/release:1.0.0
env: {PP: "1"}
commands:
  - pip install -U huggingface_hub
  - trtllm-serve
      --tp_size $DSTACK_GPUS_NUM
      --pp_size $PP
      nvidia/DeepSeek-R1-FP4
resources: {gpu: "8:H200"}
`;
    expect(poolRows(folded, "serve/r1.dstack.yml")).toEqual([
      expect.objectContaining({
        deployment: "r1",
        engine: "tensorrt-llm",
        model: "nvidia/DeepSeek-R1-FP4",
        tp: 8,
        pp: 1,
        gpus: 8,
        instances: 1,
      }),
    ]);
    const image = "type: service\nimage: nvcr.io/nim/meta/llama-3.1-8b-instruct:1.3\nenv: [NGC_API_KEY]\nresources: {gpu: 24GB}\n";
    expect(poolRows(image)).toEqual([expect.objectContaining({ engine: "nim", gpus: 1, gpu: undefined })]);
    expect(poolRows(`${image}model: meta/llama-3.1-8b-instruct\n`)[0]?.model).toBe("meta/llama-3.1-8b-instruct");
    const pulled =
      "type: service\nimage: ollama/ollama\ncommands: [ollama serve &, ollama pull mixtral, fg]\nmodel: {name: mixtral, format: openai}\n";
    expect(poolRows(pulled)).toEqual([expect.objectContaining({ engine: "ollama", model: "mixtral" })]);
  });

  test.each([
    ["H100", 1, "H100-SXM5-80GB"],
    ["A100:80GB:2", 2, "A100-SXM4-80GB"],
    ["nvidia:H100:2", 2, "H100-SXM5-80GB"],
    ["H100:1..8", undefined, "H100-SXM5-80GB"],
    ["H100,H200:2", 2, undefined],
    ["2", 2, undefined],
    ["{name: [H100], count: 2}", 2, "H100-SXM5-80GB"],
    ["{name: A100, memory: 80GB}", 1, "A100-SXM4-80GB"],
    ["{count: 2..4}", undefined, undefined],
  ])("gpu: %s", (spec, gpus, gpu) => {
    const text = `type: service\ncommands: [vllm serve a/b --tensor-parallel-size $DSTACK_GPUS_NUM]\nresources:\n  gpu: ${spec}\n`;
    expect(poolRows(text)).toEqual([expect.objectContaining({ tp: gpus, gpus, gpu })]);
    expect(findingsOf(text).filter((one) => one.includes("gpu"))).toEqual([]);
  });

  test("groups of replicas are pools of one deployment", () => {
    const groups = `type: service
name: pd
image: lmsysorg/sglang:v0.5.3
env: [MODEL_ID=zai-org/GLM-4.5-Air-FP8]
replicas:
  - count: 1..4
    commands: [python -m sglang.launch_server --model-path $MODEL_ID --disaggregation-mode prefill]
    resources: {gpu: "H200:1"}
  - count: 2
    commands: [python -m sglang.launch_server --model-path $MODEL_ID --disaggregation-mode decode --tp 2]
    resources: {gpu: "H200:2"}
`;
    expect(poolRows(groups)).toEqual([
      expect.objectContaining({ deployment: "pd", role: "prefill", model: "zai-org/GLM-4.5-Air-FP8", gpus: 1, instances: undefined }),
      expect.objectContaining({ deployment: "pd", role: "decode", tp: 2, gpus: 2, instances: 2, gpu: "H200-SXM" }),
    ]);
  });

  test("a task over nodes is one engine; DSTACK_GPUS_NUM counts all of its GPUs", () => {
    const task = `type: task
nodes: 2
commands:
  - python -m sglang.launch_server --model-path a/b --tp $DSTACK_GPUS_NUM --nnodes $DSTACK_NODES_NUM --node-rank $DSTACK_NODE_RANK --dist-init-addr $DSTACK_MASTER_NODE_IP:5000
resources: {gpu: "H100:8"}
`;
    expect(poolRows(task)).toEqual([expect.objectContaining({ tp: 16, gpus: 16, nodes: 2, instances: 1 })]);
  });

  test("what starts no engine is none of ours", () => {
    expect(readText("type: task\ncommands: [pip install vllm, python train.py]\nresources: {gpu: H100}\n").formats).toEqual([]);
    expect(readText("type: fleet\nname: vllm\nresources: {gpu: H100}\n").formats).toEqual([]);
  });
});
