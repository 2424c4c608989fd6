import { describe, expect, test } from "vitest";
import { findingsOf, flagOf, only, poolRows, readText, settings, sliceOf } from "../support.ts";

const formatsOf = (text: string, fileName = "settings.yaml") => readText(text, undefined, fileName).formats;

describe("files of TensorRT-LLM's options", () => {
  const text = `max_batch_size: 64
tensor_parallel_size: 8
moe_expert_parallel_size: 4
enable_attention_dp: false
kv_cache_config:
  free_gpu_memory_fraction: 0.8 # of what is left
  dtype: fp8
cuda_graph_config:
  batch_sizes: [1, 2, 4]
speculative_config: {decoding_type: MTP, num_nextn_predict_layers: 1}
`;

  test("are recognised by the engine's own fields, without model or GPUs", () => {
    expect(poolRows(text, "deepseek-throughput.yaml")).toEqual([
      {
        deployment: "deepseek-throughput",
        pool: "deepseek-throughput",
        format: "trtllm-extra-config",
        role: "mixed",
        engine: "tensorrt-llm",
        launcher: null,
        tp: 8,
        ep: 4,
        instances: 1,
        nodes: undefined,
        complete: true,
      },
    ]);
    const { pool } = only(readText(text));
    expect(settings(pool)).toMatchObject({ "kv_cache_config.free_gpu_memory_fraction": "0.8", "cuda_graph_config.batch_sizes": "1 2 4" });
    expect(sliceOf(text, flagOf(pool, "kv_cache_config.free_gpu_memory_fraction").valueRange)).toBe("0.8");
    expect(findingsOf(text)).toEqual([]);
  });

  test("of older releases too", () => {
    expect(formatsOf("pytorch_backend_config:\n  use_cuda_graph: true\nenable_attention_dp: true\n")).toEqual(["trtllm-extra-config"]);
    expect(formatsOf("use_cuda_graph: true\ntensor_parallel_size: 2\nmoe_backend: TRTLLM\n")).toEqual(["trtllm-extra-config"]);
  });

  test("that a template makes keep what can be read", () => {
    const template = `backend: pytorch
{% if is_moe is defined %}  # of the SDK
moe_expert_parallel_size: {{ moe_expert_parallel_size }}
{% endif %}
tensor_parallel_size: 4
pipeline_parallel_size: {{ pipeline_parallel_size }}
kv_cache_config:
  {% if block is defined %}
  tokens_per_block: {{ block }}
  {% endif %}
  free_gpu_memory_fraction: {{ fraction | default(0.80) }}
`;
    expect(readText(template).problems).toEqual([]);
    expect(poolRows(template)).toEqual([expect.objectContaining({ tp: 4, pp: undefined, ep: undefined, complete: false })]);
  });

  test("are no other mapping with one such word", () => {
    expect(formatsOf("kv_cache_config: {dtype: fp8}\n")).toEqual([]);
    expect(formatsOf("name: x\nlayers: 3\nhidden: 4\nkv_cache_config: {dtype: fp8}\nmax_batch_size: 3\nmore: 1\nand: 2\n")).toEqual([]);
    expect(formatsOf("kind: X\nkv_cache_config: {dtype: fp8}\nmax_batch_size: 3\n")).toEqual([]);
    expect(formatsOf("tensor_parallel_size: 4\nmax_num_tokens: 8192\n")).toEqual([]);
  });
});

describe("TensorRT-LLM's disaggregated serving", () => {
  const text = `hostname: localhost
port: 8000
model: TinyLlama/TinyLlama-1.1B-Chat-v1.0
backend: pytorch
context_servers:
  num_instances: 2
  tensor_parallel_size: 2
  kv_cache_config: {free_gpu_memory_fraction: 0.2}
  urls: ["localhost:8001", "localhost:8002"]
generation_servers:
  num_instances: 1
  tensor_parallel_size: 4
  pipeline_parallel_size: 2
  backend: trt
  urls: ["localhost:8003"]
`;

  test("is one deployment of two pools; what stands beside both holds for both", () => {
    const row = { deployment: "disagg", format: "trtllm-disagg-config", model: "TinyLlama/TinyLlama-1.1B-Chat-v1.0", gpus: undefined };
    expect(poolRows(text, "disagg.yaml")).toEqual([
      expect.objectContaining({ ...row, pool: "disagg/prefill", role: "prefill", tp: 2, pp: undefined, instances: 2 }),
      expect.objectContaining({ ...row, pool: "disagg/decode", role: "decode", tp: 4, pp: 2, instances: 1 }),
    ]);
    const { pools } = only(readText(text)).deployment;
    expect(pools.map((pool) => settings(pool))).toEqual([
      {
        model: "TinyLlama/TinyLlama-1.1B-Chat-v1.0",
        backend: "pytorch",
        tensor_parallel_size: "2",
        "kv_cache_config.free_gpu_memory_fraction": "0.2",
      },
      { model: "TinyLlama/TinyLlama-1.1B-Chat-v1.0", backend: "trt", tensor_parallel_size: "4", pipeline_parallel_size: "2" },
    ]);
  });

  test("without sizes names servers that are started elsewhere", () => {
    const elsewhere = "context_servers: {num_instances: 1, urls: [a]}\ngeneration_servers: {num_instances: 0, urls: []}\n";
    expect(poolRows(elsewhere)).toEqual([expect.objectContaining({ role: "prefill", tp: undefined, complete: false })]);
  });
});

describe("files of SGLang's flags", () => {
  const text = `model-path: Qwen/Qwen3-235B-A22B
tensor-parallel-size: 8
data-parallel-size: 8
enable-dp-attention: true
mem-fraction-static: 0.85
`;

  test("are recognised by flags that only SGLang has", () => {
    expect(poolRows(text)).toEqual([
      expect.objectContaining({ format: "sglang-config", engine: "sglang", model: "Qwen/Qwen3-235B-A22B", tp: 8, dp: 8, complete: true }),
    ]);
    const { pool } = only(readText(text));
    expect(pool.engine.parallel).toMatchObject({ tensor: { value: 1 }, attentionData: { value: 8 } });
    expect(sliceOf(text, flagOf(pool, "mem-fraction-static").flagRange)).toBe("mem-fraction-static");
    expect(formatsOf("tp-size: 2\nchunked-prefill-size: 4096\n")).toEqual(["sglang-config"]);
    expect(formatsOf("mem-fraction-static: 0.9\n", "conf/sglang/small.yaml")).toEqual(["sglang-config"]);
  });

  test("are told from vLLM's and from others", () => {
    expect(formatsOf("tensor-parallel-size: 8\nmax-model-len: 4096\n")).toEqual(["vllm-config"]);
    expect(formatsOf("tensor-parallel-size: 8\ndata-parallel-size: 4096\n")).toEqual(["vllm-config"]);
    expect(formatsOf("model-path: a\noutput-dir: b\nlearning-rate: 1\n")).toEqual([]);
    expect(formatsOf("mem-fraction-static: 0.9\n")).toEqual([]);
  });
});

describe("files of vLLM's flags", () => {
  const text = `model: meta-llama/Llama-3.1-8B-Instruct
tensor_parallel_size: 4
max-model-len: 8K
enable-prefix-caching: false
no-enable-chunked-prefill: true
kv-transfer-config: {kv_connector: NixlConnector, kv_role: kv_both}
`;

  test("are vLLM's own command line", () => {
    expect(poolRows(text)).toEqual([
      expect.objectContaining({ format: "vllm-config", model: "meta-llama/Llama-3.1-8B-Instruct", tp: 4, complete: true }),
    ]);
    expect(settings(only(readText(text)).pool)).toMatchObject({
      "no-enable-prefix-caching": null,
      "no-enable-chunked-prefill": null,
      "kv-transfer-config": '{"kv_connector":"NixlConnector","kv_role":"kv_both"}',
    });
  });

  test("lose their `false` before 0.28, and keep what is written as `no-…`", () => {
    const old = settings(only(readText(`# inference-lens: version=0.20.2\n${text}`)).pool);
    expect(old).not.toHaveProperty("no-enable-prefix-caching");
    expect(old).toHaveProperty("no-enable-chunked-prefill");
    expect(settings(only(readText(`# inference-lens: version=0.28.0\n${text}`)).pool)).toHaveProperty("no-enable-prefix-caching");
  });
});
