import { describe, expect, test } from "vitest";
import { findingsOf, flagOf, only, poolRows, readText, settings, sliceOf } from "../support.ts";

const built = `model_name: llama-70b
python_version: py311
resources:
  accelerator: H100:2
  use_gpu: true
trt_llm:
  build:
    base_model: decoder
    checkpoint_repository: {source: HF, repo: meta-llama/Llama-3.1-70B-Instruct}
    max_batch_size: 16
    max_seq_len: 4096
    quantization_type: fp8_kv
    tensor_parallel_count: 2
  runtime:
    kv_cache_free_gpu_mem_fraction: 0.8
    enable_chunked_context: true
`;

const started = `model_name: Qwen 3 32B
base_image: {image: lmsysorg/sglang:v0.4.6.post1-cu124}
model_cache:
  - {repo_id: Qwen/Qwen3-32B-FP8, use_volume: true, volume_folder: qwen3}
  - {repo_id: Qwen/Qwen3-0.6B, use_volume: true, volume_folder: draft}
docker_server:
  start_command: sh -c "truss-transfer-cli && python3 -m sglang.launch_server --model-path /app/model_cache/qwen3 --tp 2 --served-model-name $NAME"
  server_port: 8000
environment_variables: {NAME: qwen}
resources: {accelerator: "H100:2", use_gpu: true}
`;

describe("engines that Baseten builds", () => {
  test("fields become the options of TensorRT-LLM, weights have the stated precision", () => {
    expect(poolRows(built)).toEqual([
      expect.objectContaining({
        deployment: "llama-70b",
        format: "truss",
        engine: "tensorrt-llm",
        launcher: "baseten",
        model: "meta-llama/Llama-3.1-70B-Instruct",
        tp: 2,
        gpus: 2,
        nodes: 1,
        instances: undefined,
        gpu: "H100-SXM5-80GB",
        complete: true,
      }),
    ]);
    const { deployment, pool } = only(readText(built));
    expect(settings(pool)).toEqual({
      tensor_parallel_size: "2",
      max_batch_size: "16",
      max_seq_len: "4096",
      free_gpu_memory_fraction: "0.8",
      enable_chunked_prefill: null,
    });
    expect(deployment.model?.value.facts?.value.weights.linear).toBe("fp8");
    expect(sliceOf(built, flagOf(pool, "tensor_parallel_size").valueRange)).toBe("2");
    expect(sliceOf(built, pool.hardware.gpusPerNode?.range)).toBe("2");
    expect(sliceOf(built, pool.hardware.gpu?.range)).toBe("H100");
    expect(findingsOf(built)).toEqual([]);
  });

  test("too few GPUs are found at their count", () => {
    expect(findingsOf(built.replace("count: 2", "count: 4"))).toEqual(["error gpu-count: 2"]);
    expect(findingsOf(built.replace("H100:2", "H100"))).toEqual(["error gpu-count: H100"]);
  });

  test("the second stack has its sizes at run time, and passes engine options on", () => {
    const text = `model_name: nemotron
resources: {accelerator: B200:4}
trt_llm:
  inference_stack: v2
  build: {checkpoint_repository: {source: HF, repo: nvidia/Llama-3.3-70B-Instruct-FP4}, quantization_type: no_quant}
  runtime:
    tensor_parallel_size: 4
    patch_kwargs:
      reasoning_parser: nemotron3
      engine_config: {moe_expert_parallel_size: 4, kv_cache_config: {dtype: fp8}}
`;
    expect(poolRows(text)).toEqual([
      expect.objectContaining({ model: "nvidia/Llama-3.3-70B-Instruct-FP4", tp: 4, ep: 4, gpus: 4, gpu: "B200-SXM" }),
    ]);
    expect(settings(only(readText(text)).pool)).toMatchObject({ "kv_cache_config.dtype": "fp8" });
  });

  test("and may serve mounted weights in place of the checkpoint that it must name", () => {
    const text = `model_name: qwen
resources: {accelerator: B200:4}
weights: [{source: "hf://Qwen/Qwen3-235B-A22B-Instruct-2507-FP8@main", mount_location: /cache/model/qwen}]
trt_llm:
  inference_stack: v2
  build: {checkpoint_repository: {source: HF, repo: example/empty-model}}
  runtime: {tensor_parallel_size: 4, patch_kwargs: {model_path: /cache/model/qwen}}
`;
    expect(poolRows(text)[0]?.model).toMatch("Qwen/Qwen3-235B-A22B-Instruct-2507-FP8");
    expect(poolRows(text.replace("model_path: /cache/model/qwen", "model_path: /data/own").replace(/weights: .*\n/, ""))[0]?.model).toBe(
      "/data/own",
    );
  });

  test("and the engines that its inference stack is told to run", () => {
    const text = `model_name: ds
resources: {accelerator: "H200:4", node_count: 2}
bis_llm:
  config:
    engine_backend: vllm
    checkpoint_name: Qwen/Qwen3-32B
    tensor_parallel_size: 8
    engine_config: {max_model_len: 20480, enable_prefix_caching: true}
`;
    expect(poolRows(text)).toEqual([expect.objectContaining({ engine: "vllm", model: "Qwen/Qwen3-32B", tp: 8, gpus: 8, nodes: 2 })]);
    expect(settings(only(readText(text)).pool)).toMatchObject({ "max-model-len": "20480", "enable-prefix-caching": null });
    expect(findingsOf(text)).toEqual([]);
  });
});

describe("servers that a Truss starts", () => {
  test("by a command, its model in the folder that is cached for it", () => {
    expect(poolRows(started)).toEqual([
      expect.objectContaining({ engine: "sglang", launcher: null, model: "Qwen/Qwen3-32B-FP8", tp: 2, gpus: 2, version: "0.4.6.post1" }),
    ]);
    const { deployment, pool } = only(readText(started));
    expect(sliceOf(started, deployment.model?.range)).toBe("Qwen/Qwen3-32B-FP8");
    expect(settings(pool)).toMatchObject({ "served-model-name": "qwen" });
    expect(findingsOf(started.replace("--tp 2", "--tp 4"))).toEqual(["error gpu-count: 2"]);
    const weights = started
      .replace("python3 -m sglang.launch_server --model-path /app/model_cache/qwen3", "vllm serve /models/qwen")
      .replace(/model_cache:\n.*\n.*\n/, "weights: [{source: hf://Qwen/Qwen3-32B@main, mount_location: /models/qwen}]\n");
    expect(poolRows(weights)).toEqual([expect.objectContaining({ engine: "vllm", model: "hf://Qwen/Qwen3-32B@main" })]);
    expect(only(readText(weights)).deployment.model?.value.facts?.value.id).toBe("Qwen/Qwen3-32B");
  });

  test("by a script of their own: the image tells the engine, nobody its flags", () => {
    const script = `model_name: Scout
base_image: {image: vllm/vllm-openai:v0.8.4}
model_metadata: {repo_id: meta-llama/Llama-4-Scout-17B-16E-Instruct}
docker_server: {start_command: sh -c /app/data/do.sh}
resources: {accelerator: "H100:4"}
`;
    expect(poolRows(script)).toEqual([
      expect.objectContaining({
        engine: "vllm",
        model: "meta-llama/Llama-4-Scout-17B-16E-Instruct",
        tp: undefined,
        gpus: 4,
        version: "0.8.4",
        complete: false,
      }),
    ]);
    expect(findingsOf(script)).toEqual([]);
  });

  test("by their own code: packages tell the engine, metadata what is handed on", () => {
    const own = `model_name: "405B"
model_metadata:
  repo_id: mistral-community/pixtral-12b-240910
  tensor_parallel: 8
  vllm_config: {max_model_len: 16384, own_thing: 3}
requirements:
  - transformers==4.43.2
  - vllm==0.6.0
resources: {accelerator: A100:8}
`;
    expect(poolRows(own)).toEqual([
      expect.objectContaining({
        engine: "vllm",
        model: "mistral-community/pixtral-12b-240910",
        tp: 8,
        gpus: 8,
        version: "0.6.0",
        complete: false,
      }),
    ]);
    expect(settings(only(readText(own)).pool)).toEqual({ "tensor-parallel-size": "8", "max-model-len": "16384" });
    expect(poolRows(own.replace("vllm==0.6.0", '"sglang[all]>=0.3.0"'))[0]).toMatchObject({ engine: "sglang", version: undefined });
    expect(poolRows(own.replace("vllm==0.6.0", "git+https://github.com/vllm-project/vllm.git@abc"))[0]).toMatchObject({ engine: "vllm" });
  });

  test("by earlier releases themselves", () => {
    const tgi =
      "model_name: a\nbuild: {model_server: TGI, arguments: {model_id: NousResearch/Llama-2-7b-chat-hf}}\nresources: {accelerator: A100}\n";
    expect(poolRows(tgi)).toEqual([expect.objectContaining({ engine: "tgi", model: "NousResearch/Llama-2-7b-chat-hf", gpus: 1 })]);
    const triton =
      "model_name: a\nbuild: {arguments: {tensor_parallel_count: 4, engine_repository: x}}\nresources: {accelerator: H100:4}\n";
    expect(poolRows(triton)).toEqual([expect.objectContaining({ engine: "tensorrt-llm", tp: 4, gpus: 4 })]);
  });
});

test("a Truss without an engine starts none", () => {
  const other = "model_name: whisper\nmodel_metadata: {}\nrequirements: [torch==2.0.1, vllm-flash-attn]\nresources: {accelerator: A10G}\n";
  expect(readText(other)).toMatchObject({ formats: ["truss"], deployments: [], problems: [] });
});
