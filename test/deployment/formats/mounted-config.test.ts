import { describe, expect, test } from "vitest";
import { flagOf, only, readText, settings, sliceOf } from "../support.ts";

const file = (command: string, data: string, volumes = "", mounts = ""): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec:
  selector: {}
  template:
    spec:
      containers:
        - name: engine
          image: example/engine
          command: ${command}
          volumeMounts:
            - {name: other, mountPath: /}
            - ${mounts || "{name: config, mountPath: /config/}"}
          resources: {limits: {nvidia.com/gpu: 4}}
      volumes:
        - name: config
          ${volumes || "configMap: {name: engine-config}"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: engine-config}
data:
  engine.yaml: |
${data.replace(/^/gm, "    ")}
`;

const tensorrt = `tensor_parallel_size: 4
moe_expert_parallel_size: 2
enable_attention_dp: false
kv_cache_config:
  dtype: fp8
  free_gpu_memory_fraction: 0.75
cuda_graph_config:
  batch_sizes: [1, 2, 4]`;

describe("a config file that a ConfigMap of the same text holds", () => {
  test("TensorRT-LLM's keys are flags, nested ones by their path, each at its own place", () => {
    const text = file("[trtllm-serve, nvidia/DeepSeek-R1-FP4, --extra_llm_api_options, /config/engine.yaml]", tensorrt);
    const { pool, deployment } = only(readText(text));
    expect(deployment).toMatchObject({ engine: "tensorrt-llm", model: { value: { name: "nvidia/DeepSeek-R1-FP4" } } });
    expect(pool.engine.complete).toBe(true);
    expect(pool.engine.parallel.written).toMatchObject({ tp: { value: 4 }, ep: { value: 2 } });
    expect(settings(pool)).toEqual({
      extra_llm_api_options: "/config/engine.yaml",
      tensor_parallel_size: "4",
      moe_expert_parallel_size: "2",
      "no-enable_attention_dp": null,
      "kv_cache_config.dtype": "fp8",
      "kv_cache_config.free_gpu_memory_fraction": "0.75",
      "cuda_graph_config.batch_sizes": "1 2 4",
    });
    expect(sliceOf(text, flagOf(pool, "kv_cache_config.dtype").valueRange)).toBe("fp8");
    expect(sliceOf(text, pool.engine.parallel.tensor.range)).toBe("4");
  });

  test("its keys win over TensorRT-LLM's arguments and lose against vLLM's and SGLang's", () => {
    const tp = (text: string) => only(readText(text)).pool.engine.parallel.written.tp?.value;
    expect(tp(file("[trtllm-serve, m, --tp_size=2, --config, /config/engine.yaml]", tensorrt))).toBe(4);
    expect(tp(file("[vllm, serve, m, -tp, '2', --config=/config/engine.yaml]", "tensor-parallel-size: 4"))).toBe(2);
    expect(tp(file("[python, -m, sglang.launch_server, --config, /config/engine.yaml]", "model-path: m\ntp-size: 4"))).toBe(4);
  });

  test("its model counts where no argument names one", () => {
    const model = (text: string) => only(readText(text)).deployment.model?.value.name;
    expect(model(file("[python, -m, sglang.launch_server, --config, /config/engine.yaml]", "model-path: Qwen/Qwen3-8B"))).toBe(
      "Qwen/Qwen3-8B",
    );
    expect(model(file("[vllm, serve, --config, /config/engine.yaml]", "model: Qwen/Qwen3-8B"))).toBe("Qwen/Qwen3-8B");
    expect(model(file("[vllm, serve, Qwen/Qwen3-4B, --config, /config/engine.yaml]", "model: Qwen/Qwen3-8B"))).toBe("Qwen/Qwen3-4B");
  });

  test.each([
    ["a key under another name", "configMap: {name: engine-config, items: [{key: engine.yaml, path: a/b.yaml}]}", "", "/config/a/b.yaml"],
    ["a projected volume", "projected: {sources: [{secret: {name: s}}, {configMap: {name: engine-config}}]}", "", "/config/engine.yaml"],
    ["one file of the volume", "", "{name: config, mountPath: /etc/vllm.yaml, subPath: engine.yaml}", "/etc/vllm.yaml"],
  ])("%s", (_, volume, mount, path) => {
    const text = file(`[vllm, serve, m, --config, ${path}]`, "tensor-parallel-size: 4", volume, mount);
    expect(only(readText(text)).pool.engine.parallel.written.tp?.value).toBe(4);
  });

  test.each([
    ["it is mounted nowhere", "[vllm, serve, m, --config, /etc/engine.yaml]", ""],
    ["its key is missing", "[vllm, serve, m, --config, /config/other.yaml]", ""],
    ["its ConfigMap is elsewhere", "[vllm, serve, m, --config, /config/engine.yaml]", "configMap: {name: other}"],
    ["its volume is another", "[trtllm-serve, m, --extra_llm_api_options, /config/engine.yaml]", "emptyDir: {}"],
    ["its name is a variable", "[vllm, serve, m, --config, $(FILE)]", ""],
  ])("anything may be in it where %s", (_, command, volume) => {
    const { engine } = only(readText(file(command, "tensor-parallel-size: 4", volume))).pool;
    expect(engine.complete).toBe(false);
    expect(engine.parallel.unreadable.has("tensor")).toBe(true);
  });

  test("a false in it was dropped before vLLM 0.28, written flags were not", () => {
    const command = "[vllm, serve, m, --no-enable-chunked-prefill, --config, /config/engine.yaml]";
    const text = file(command, "enable-prefix-caching: false").replace("example/engine", "vllm/vllm-openai:v0.11.0");
    expect([...only(readText(text)).pool.engine.flags.keys()]).toEqual(["enable-chunked-prefill", "config"]);
  });
});
