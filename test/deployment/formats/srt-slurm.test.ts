import { describe, expect, test } from "vitest";
import { findingsOf, flagOf, only, poolRows, readText, settings, sliceOf } from "../support.ts";

const first = `name: "r1-1p2d"
model:
  path: "dsr1-fp8"
  container: "lmsysorg/sglang:v0.5.8-cu130"
  precision: "fp8"
resources:
  gpu_type: "gb200"
  gpus_per_node: 4
  prefill_nodes: 2
  prefill_workers: 1
  decode_nodes: 8
  decode_workers: 2
backend:
  prefill_environment: {NCCL_CUMEM_ENABLE: "1"}
  sglang_config:
    prefill:
      model-path: /model/
      disaggregation-mode: prefill
      tensor-parallel-size: 8
      trust-remote-code: true
    decode:
      model-path: /model/
      disaggregation-mode: decode
      tensor-parallel-size: 16
      data-parallel-size: 16
      expert-parallel-size: 16
      enable-dp-attention: true
benchmark: {type: sa-bench, isl: 1024, osl: 1024, concurrencies: "4x8"}
`;

const second = `schema: 2
name: qwen3-disagg
model: {path: "hf:Qwen/Qwen3-32B", container: vllm, precision: bf16}
resources: {gpu_type: h100, gpus_per_node: 8}
engine: {type: vllm, connector: nixl}
roles:
  prefill:
    nodes: 1
    workers: 4
    gpus: 2
    args:
      tensor-parallel-size: 2
      gpu_memory_utilization: 0.85
  decode:
    nodes: colocate
    workers: 2
    gpus: 4
    args: {tensor-parallel-size: 4}
`;

const tensorrt = `name: dep16
model: {path: DeepSeek-R1-0528, container: "nvcr.io#nvidia/ai-dynamo/tensorrtllm-runtime:0.8.1", precision: fp8}
resources: {gpu_type: h100, gpus_per_node: 8, agg_nodes: 2, agg_workers: 1}
backend:
  type: trtllm
  aggregated_extra_args: ["--tool_parser", glm47]
  trtllm_config:
    aggregated:
      tensor_parallel_size: 16
      moe_expert_parallel_size: 16
      enable_attention_dp: true
      kv_cache_config: {free_gpu_memory_fraction: 0.6, dtype: fp8}
`;

describe("recipes of srt-slurm", () => {
  test("layout 1: the roles of one deployment, with GPUs of nodes over workers; SGLang where no type is said", () => {
    const row = { deployment: "r1-1p2d", format: "srt-slurm", engine: "sglang", launcher: "srt-slurm", model: "dsr1-fp8", gpu: "GB200" };
    expect(poolRows(first)).toEqual([
      expect.objectContaining({ ...row, role: "prefill", tp: 8, dp: undefined, gpus: 8, nodes: 2, instances: 1, version: "0.5.8" }),
      expect.objectContaining({ ...row, role: "decode", tp: 16, dp: 16, ep: 16, gpus: 16, nodes: 4, instances: 2, version: "0.5.8" }),
    ]);
    const { deployment, pool } = only(readText(first));
    expect(sliceOf(first, deployment.model?.range)).toBe("dsr1-fp8");
    expect(sliceOf(first, pool.engine.parallel.written.tp?.range)).toBe("8");
    expect(sliceOf(first, pool.hardware.gpusPerInstance?.range)).toBe("2");
    expect(sliceOf(first, flagOf(pool, "trust-remote-code").flagRange)).toBe("trust-remote-code");
    expect(pool.engine.environment.get("NCCL_CUMEM_ENABLE")?.value).toBe("1");
    expect(pool.hardware.sharedMemory?.value).toBe("host");
    expect(findingsOf(first)).toEqual([]);
    const { companions } = readText(`${first}frontend: {type: dynamo}\n`);
    expect(companions.map(({ kind, name }) => [kind, name])).toEqual([
      ["router", "dynamo"],
      ["benchmark", "sa-bench"],
    ]);
  });

  test("layout 2: roles with GPUs of their own, decode on what prefill leaves free", () => {
    expect(poolRows(second)).toEqual([
      expect.objectContaining({
        deployment: "qwen3-disagg",
        engine: "vllm",
        model: "hf:Qwen/Qwen3-32B",
        role: "prefill",
        tp: 2,
        gpus: 2,
        nodes: 1,
        instances: 4,
        gpu: "H100-SXM5-80GB",
      }),
      expect.objectContaining({ role: "decode", tp: 4, gpus: 4, nodes: 1, instances: 2 }),
    ]);
    const { deployment, pool } = only(readText(second));
    expect(deployment.model?.value.facts?.value.id).toBe("Qwen/Qwen3-32B");
    expect(settings(pool)).toEqual({ "tensor-parallel-size": "2", "gpu-memory-utilization": "0.85" });
    expect(sliceOf(second, pool.hardware.gpusPerInstance?.range)).toBe("2");
  });

  test("fields of TensorRT-LLM, attention data parallel within TP, and further words of its server", () => {
    expect(poolRows(tensorrt)).toEqual([
      expect.objectContaining({ role: "mixed", engine: "tensorrt-llm", tp: 16, ep: 16, gpus: 16, nodes: 2, instances: 1 }),
    ]);
    const { pool } = only(readText(tensorrt));
    expect(settings(pool)).toMatchObject({ "kv_cache_config.dtype": "fp8", tool_parser: "glm47" });
    expect(pool.engine.parallel).toMatchObject({ tensor: { value: 1 }, attentionData: { value: 16 } });
  });

  test("a layout that needs more GPUs than a worker gets is found where the recipe gives them", () => {
    expect(findingsOf(first.replace("tensor-parallel-size: 8", "tensor-parallel-size: 16"))).toEqual(["error gpu-count: 2"]);
    expect(findingsOf(second.replace("{tensor-parallel-size: 4}", "{tensor-parallel-size: 8}"))).toEqual(["error gpu-count: 4"]);
  });

  test("GPUs that a worker gets and does not use are told", () => {
    expect(findingsOf(second.replace("gpus: 2", "gpus: 4"))).toEqual(["warning gpu-idle: 4"]);
  });

  test("without nodes of its own, a decode worker gets what a prefill worker gets; without any, a node", () => {
    const shared = first.replace("decode_nodes: 8", "decode_nodes: 0").replaceAll("16", "8");
    expect(poolRows(shared).map(({ gpus }) => gpus)).toEqual([8, 8]);
    const bare = tensorrt.replace(", agg_nodes: 2, agg_workers: 1", "").replaceAll("16", "8");
    expect(poolRows(bare)).toEqual([expect.objectContaining({ gpus: 8, nodes: 1, instances: undefined })]);
  });

  test("what the cluster decides is unknown", () => {
    const rows = poolRows(first.replace("  gpus_per_node: 4\n", ""));
    expect(rows.map(({ gpus, nodes }) => [gpus, nodes])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
    const { pool } = only(
      readText(second.replace("    args: {tensor-parallel-size: 4}\n", "").replace("tensor-parallel-size: 2", "port: 1")),
    );
    expect(pool.engine.complete).toBe(true);
    expect(poolRows(second.replace("    args: {tensor-parallel-size: 4}\n", ""))[1]).toMatchObject({ tp: undefined, complete: false });
    const swept = only(readText(tensorrt.replace("tensor_parallel_size: 16", 'tensor_parallel_size: "{tp}"'))).pool;
    expect(swept.engine.parallel.unreadable.has("tensor")).toBe(true);
    expect(findingsOf(tensorrt.replace("tensor_parallel_size: 16", 'tensor_parallel_size: "{tp}"'))).toEqual([]);
  });

  test("the identity names model, image and version where path and container are aliases of the cluster", () => {
    const text = `${second.replace('"hf:Qwen/Qwen3-32B"', "qwen-alias")}identity:
  model: {repo: Qwen/Qwen3-32B}
  frameworks: {vllm: "0.20.0"}
`;
    const { deployment, pool } = only(readText(text));
    expect(deployment.model?.value.name).toBe("Qwen/Qwen3-32B");
    expect(pool.engine.version).toMatchObject({ value: { text: "0.20.0" }, origin: "file" });
  });

  test("weights are as large as the recipe's precision, not as the name's", () => {
    const { deployment } = only(readText(second.replace("precision: bf16", "precision: fp4")));
    expect(deployment.model?.value.facts?.value).toMatchObject({ id: "Qwen/Qwen3-32B", approximate: true, weights: { linear: "fp4" } });
    expect(only(readText(second)).deployment.model?.value.facts?.value.approximate).toBe(false);
  });

  test("a base and its variants: those that start other engines stand for themselves", () => {
    const text = `base:
${first.replace(/^(?=.)/gm, "  ")}
override_wide:
  resources: {decode_nodes: 16}
  backend: {sglang_config: {decode: {tensor-parallel-size: 32, data-parallel-size: 32, enable-dp-attention: null}}}
override_more-clients:
  benchmark: {concurrencies: "64"}
zip_override_context:
  backend: {sglang_config: {decode: {context-length: [2048, 8192]}}}
`;
    expect(poolRows(text).map(({ deployment, role, tp, dp, gpus }) => [deployment, role, tp, dp, gpus])).toEqual([
      ["r1-1p2d", "prefill", 8, undefined, 8],
      ["r1-1p2d", "decode", 16, 16, 16],
      ["r1-1p2d_wide", "prefill", 8, undefined, 8],
      ["r1-1p2d_wide", "decode", 32, 32, 32],
    ]);
    const [, wide] = readText(text).deployments;
    expect(sliceOf(text, wide?.anchor)).toBe("override_wide");
    const decode = wide?.pools[1];
    expect(decode && [...decode.engine.flags.keys()].includes("enable-dp-attention")).toBe(false);
    expect(sliceOf(text, decode?.hardware.gpusPerInstance?.range)).toBe("16");
  });

  test("a mocker is no engine; roles with engines of their own are no pools of one", () => {
    const mocker = first.replace("backend:", "backend:\n  type: mocker");
    expect(poolRows(mocker)[0]).toMatchObject({ engine: "other", launcher: "dynamo", complete: false });
    const mixed = second
      .replace("engine: {type: vllm, connector: nixl}\n", "")
      .replace("nodes: 1\n", "nodes: 1\n    engine: vllm\n")
      .replace("nodes: colocate\n", "nodes: colocate\n    engine: sglang\n");
    expect(readText(mixed).deployments.map(({ name, engine }) => [name, engine])).toEqual([
      ["qwen3-disagg/prefill", "vllm"],
      ["qwen3-disagg/decode", "sglang"],
    ]);
  });

  test("others that have resources and a model are none", () => {
    expect(readText("model: {path: a/b}\nresources: {gpus_per_node: 8}\nname: training\n").formats).toEqual([]);
    expect(poolRows(first.replace("prefill_workers: 1", "prefill_workers: 0")).map(({ role }) => role)).toEqual(["decode"]);
  });
});
