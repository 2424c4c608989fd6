import { describe, expect, test } from "vitest";
import { findingsOf, only, poolRows, readText, settings, sliceOf } from "../support.ts";

const file = (inside: string): string => `services:\n  llm:\n${inside.trimEnd().replace(/^(?=.)/gm, "    ")}\n`;
const gpus = (device: string): string => `deploy: {resources: {reservations: {devices: [${device}]}}}`;

describe("compose services of every engine", () => {
  test.each([
    [
      "SGLang by its entry point",
      `image: lmsysorg/sglang:v0.5.3
entrypoint: python3 -m sglang.launch_server
command: --model-path Qwen/Qwen3-8B --tp 2 --host 0.0.0.0
ipc: host
${gpus("{driver: nvidia, device_ids: ['0', '1'], capabilities: [gpu]}")}`,
      { engine: "sglang", model: "Qwen/Qwen3-8B", tp: 2, gpus: 2, version: "0.5.3" },
    ],
    [
      "SGLang in a shell",
      `image: lmsysorg/sglang:latest
command: ["bash", "-c", "pip install x && sglang serve --model-path Qwen/Qwen3-8B --tp-size 4"]
shm_size: 32gb
${gpus("{driver: nvidia, count: 4, capabilities: [[gpu]]}")}`,
      { engine: "sglang", model: "Qwen/Qwen3-8B", tp: 4, gpus: 4 },
    ],
    [
      "TensorRT-LLM",
      `image: nvcr.io/nvidia/tensorrt-llm/release:1.0.0
command: trtllm-serve nvidia/Llama-3.1-8B-Instruct-FP8 --tp_size 1 --max_batch_size 64
gpus: all`,
      { engine: "tensorrt-llm", model: "nvidia/Llama-3.1-8B-Instruct-FP8", tp: 1, gpus: undefined, version: "1.0.0" },
    ],
    [
      "TGI by its image, told by its environment",
      `image: ghcr.io/huggingface/text-generation-inference:3.0.1
environment: {MODEL_ID: bigscience/bloom-560m}
command: --num-shard 2
shm_size: 1g
${gpus("{driver: nvidia, count: 2, capabilities: [gpu]}")}`,
      { engine: "tgi", model: "bigscience/bloom-560m", tp: 2, gpus: 2 },
    ],
    [
      "llama.cpp",
      "image: ghcr.io/ggml-org/llama.cpp:server-cuda\ncommand: -m /models/a.gguf -ngl 99 --port 8080\n",
      { engine: "llama.cpp", model: "/models/a.gguf" },
    ],
    ["Ollama", "image: ollama/ollama\nvolumes: [ollama:/root/.ollama]\nruntime: nvidia\n", { engine: "ollama", model: undefined }],
    [
      "vLLM on AMD",
      `image: rocm/vllm:rocm6.4.1_vllm_0.9.1_20250715
command: vllm serve Qwen/Qwen3-8B
devices: [/dev/kfd, /dev/dri]
ipc: host`,
      { engine: "vllm", model: "Qwen/Qwen3-8B", gpus: undefined },
    ],
    [
      "vLLM on Gaudi",
      `image: opea/vllm-gaudi:1.4
runtime: habana
environment: {HABANA_VISIBLE_DEVICES: "0,1", MODEL: Qwen/Qwen3-8B}
command: --model $\${MODEL} --tensor-parallel-size 2
ipc: host`,
      { engine: "vllm", tp: 2, gpus: 2 },
    ],
  ])("%s", (_, inside, expected) => {
    expect(poolRows(file(inside))).toEqual([expect.objectContaining({ format: "docker-compose", deployment: "llm", ...expected })]);
    expect(findingsOf(file(inside)).filter((one) => !one.startsWith("information"))).toEqual([]);
  });

  test("kinds of accelerators tell which GPUs a setting may mean", () => {
    const resource = (inside: string) => only(readText(file(`image: vllm/vllm-openai\n${inside}`))).pool.hardware.resource;
    expect(resource("devices: [/dev/kfd:/dev/kfd]")).toBe("amd.com/gpu");
    expect(resource(gpus("{driver: amd, count: 1, capabilities: [gpu]}"))).toBe("amd.com/gpu");
    expect(resource("runtime: nvidia")).toBe("nvidia.com/gpu");
    expect(resource("runtime: habana")).toBe("habana.ai/gaudi");
    expect(resource("ports: []")).toBeNull();
  });

  test("GPUs that a swarm reserves, and all of a driver's", () => {
    const swarm = "deploy: {resources: {reservations: {generic_resources: [{discrete_resource_spec: {kind: NVIDIA-GPU, value: 2}}]}}}";
    expect(poolRows(file(`image: vllm/vllm-openai\n${swarm}`))[0]?.gpus).toBe(2);
    const cdi = gpus("{driver: cdi, device_ids: ['nvidia.com/gpu=all'], capabilities: [gpu]}");
    expect(poolRows(file(`image: vllm/vllm-openai\n${cdi}`))[0]?.gpus).toBeUndefined();
  });

  test("devices in one entry are as many as its commas part; the caller's may be any number", () => {
    const reserved = (ids: string) =>
      `image: vllm/vllm-openai\ncommand: --model Qwen/Qwen3-8B --tensor-parallel-size 2\nipc: host\n${gpus(`{device_ids: ${ids}, capabilities: [gpu]}`)}`;
    expect(poolRows(file(reserved("['0,1']")))[0]?.gpus).toBe(2);
    expect(findingsOf(file(reserved("['0,1']")))).toEqual([]);
    expect(findingsOf(file(reserved("['0', '1']")))).toEqual([]);
    expect(findingsOf(file(reserved("['0']")))).toEqual([expect.stringMatching(/^error gpu-count/)]);
    for (const unknown of ["['${GPUS}']", "['all']", "['']"]) expect(poolRows(file(reserved(unknown)))[0]?.gpus).toBeUndefined();
  });

  test("an engine's image with nothing but its flags runs it, also where its entry point is somebody's own", () => {
    const row = (inside: string) => poolRows(file(inside))[0];
    expect(row("image: lmsysorg/sglang\ncommand: --model-path /models/qwen --tp 8 --port 30000")).toMatchObject({
      engine: "sglang",
      model: "/models/qwen",
      tp: 8,
    });
    expect(row("image: lmsysorg/sglang\ncommand: --worker-urls http://a --port 30000")).toBeUndefined();
    for (const other of ["router", "exporter"])
      expect(row(`image: example/sglang-${other}\ncommand: --model-path /models/qwen --port 30000`)).toBeUndefined();
  });

  test("what merge keys and other services bring in counts", () => {
    const text = `x-env: &env {HF_HOME: /data, VLLM_LOGGING_LEVEL: INFO}
x-gpu: &gpu
  deploy: {resources: {reservations: {devices: [{driver: nvidia, count: 2, capabilities: [gpu]}]}}}
  ipc: host
services:
  base: {image: "vllm/vllm-openai:v0.11.0"}
  llm:
    <<: *gpu
    extends: base
    environment: {<<: *env, VLLM_LOGGING_LEVEL: DEBUG}
    command: --model Qwen/Qwen3-8B --tensor-parallel-size 2
`;
    const [, llm] = readText(text).deployments;
    const environment = llm?.pools[0]?.engine.environment;
    expect([environment?.get("HF_HOME")?.value, environment?.get("VLLM_LOGGING_LEVEL")?.value]).toEqual(["/data", "DEBUG"]);
    expect(poolRows(text)[1]).toMatchObject({ deployment: "llm", model: "Qwen/Qwen3-8B", tp: 2, gpus: 2 });
  });

  test("what serves beside engines is named", () => {
    const text = `services:
  llm: {image: "vllm/vllm-openai:v0.11.0", command: --model Qwen/Qwen3-8B}
  proxy: {image: "ghcr.io/berriai/litellm:main", command: --config x}
  load: {image: python, command: [guidellm, benchmark]}
  webui: {image: ghcr.io/open-webui/open-webui}
`;
    const reading = readText(text);
    expect(reading.deployments.map(({ name }) => name)).toEqual(["llm"]);
    expect(reading.companions.map(({ kind, name, range }) => [kind, name, sliceOf(text, range)])).toEqual([
      ["router", "proxy", "proxy"],
      ["benchmark", "load", "load"],
    ]);
  });

  test("too few GPUs are found at their count", () => {
    const text = file(
      `image: lmsysorg/sglang\ncommand: python3 -m sglang.launch_server --model-path a/b --tp 4\nipc: host\n${gpus("{count: 2, capabilities: [gpu]}")}`,
    );
    expect(findingsOf(text)).toEqual(["error gpu-count: 2"]);
    expect(settings(only(readText(text)).pool)).toEqual({ "model-path": "a/b", "tp-size": "4" });
    expect(findingsOf(text.replace("count: 2", "count: ${COUNT:-2}")).filter((one) => one.includes("gpu"))).toEqual([]);
  });
});
