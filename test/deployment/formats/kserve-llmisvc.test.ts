import { describe, expect, test } from "vitest";
import { findingsOf, flagOf, only, poolRows, readText, settings, sliceOf } from "../support.ts";

const service = (spec: string): string => `apiVersion: serving.kserve.io/v1alpha2
kind: LLMInferenceService
metadata: { name: llama }
spec:
  model:
    uri: hf://meta-llama/Llama-3.1-8B-Instruct
    name: llama
${spec.trim().replace(/^/gm, "  ")}
`;

const serious = (text: string): string[] => findingsOf(text).filter((one) => !one.startsWith("information"));

describe("an LLMInferenceService of KServe", () => {
  const single = service(`
replicas: 3
parallelism: { tensor: 2 }
router: { route: {}, scheduler: {} }
template:
  containers:
    - name: main
      env:
        - name: VLLM_ADDITIONAL_ARGS
          value: >-
            --max-model-len=8192
            --kv-transfer-config '{"kv_connector":"NixlConnector","kv_role":"kv_both"}'
            --enforce-eager
      resources: { limits: { nvidia.com/gpu: "2" } }
`);

  test("without a command KServe's own template starts vLLM, with fields and a variable as its arguments", () => {
    expect(poolRows(single)).toEqual([
      expect.objectContaining({
        deployment: "llama",
        pool: "llama",
        format: "kserve-llmisvc",
        role: "mixed",
        engine: "vllm",
        launcher: null,
        model: "hf://meta-llama/Llama-3.1-8B-Instruct",
        tp: 2,
        gpus: 2,
        nodes: 1,
        instances: 3,
        complete: true,
      }),
    ]);
    const { deployment, pool } = only(readText(single));
    expect(settings(pool)).toMatchObject({
      "tensor-parallel-size": "2",
      "max-model-len": "8192",
      "kv-transfer-config": '{"kv_connector":"NixlConnector","kv_role":"kv_both"}',
      "enforce-eager": null,
    });
    expect(sliceOf(single, flagOf(pool, "max-model-len").valueRange)).toBe("8192");
    expect(deployment.model?.value.facts?.value.id).toBe("meta-llama/Llama-3.1-8B-Instruct");
    expect(readText(single).companions).toEqual([expect.objectContaining({ kind: "router", name: "scheduler" })]);
    expect(serious(single)).toEqual([]);
    expect(serious(single.replace("tensor: 2", "tensor: 4"))).toEqual(["error gpu-count: 2"]);
  });

  test("a double-quoted variable keeps its places, one that cannot be read hides any flag", () => {
    const quoted = single.replace(/value: >-[\s\S]+?--enforce-eager/m, String.raw`value: "--max-num-seqs 64 --hf-overrides '{\"a\": 1}'"`);
    const { pool } = only(readText(quoted));
    expect(settings(pool)).toMatchObject({ "max-num-seqs": "64", "hf-overrides": '{"a": 1}' });
    expect(sliceOf(quoted, flagOf(pool, "max-num-seqs").valueRange)).toBe("64");
    const secret = single.replace(/value: >-[\s\S]+?--enforce-eager/m, "valueFrom: { configMapKeyRef: { name: a, key: b } }");
    expect(poolRows(secret)[0]).toMatchObject({ tp: 2, complete: false });
    expect(serious(secret.replace("tensor: 2", "tensor: 4"))).toEqual([]);
  });

  test("lines of the variable that do not reach the command are said to be lost", () => {
    const lost = single.replace("value: >-", "value: |");
    expect(readText(lost).problems.map(({ range }) => sliceOf(lost, range))).toEqual(["--kv-transfer-config", "--enforce-eager"]);
  });

  test("a service without a template, and arguments without a variable", () => {
    expect(poolRows(service("replicas: 1"))).toEqual([expect.objectContaining({ engine: "vllm", gpus: undefined, complete: true })]);
    const listed = service("template: { containers: [{ name: main, args: ['--max-model-len 4096', --enforce-eager] }] }");
    expect(settings(only(readText(listed)).pool)).toMatchObject({ "max-model-len": "4096", "enforce-eager": null });
    expect(findingsOf(listed).filter((one) => one.includes("one-word"))).toEqual([]);
  });

  test("a single pod is handed the tensor size alone", () => {
    const text = service("parallelism: { tensor: 1, data: 8, dataLocal: 8 }\ntemplate: { containers: [{ name: main }] }");
    expect(poolRows(text)).toEqual([expect.objectContaining({ tp: 1, dp: undefined })]);
  });

  test("workers make a group: ranks over the ranks of a pod, or pipeline stages", () => {
    const group = (parallelism: string): string =>
      service(`
parallelism: ${parallelism}
template: { containers: [{ name: main, resources: { limits: { nvidia.com/gpu: 8 } } }] }
worker: { containers: [{ name: main, resources: { limits: { nvidia.com/gpu: 8 } } }] }
`);
    expect(poolRows(group("{ data: 32, dataLocal: 8, tensor: 1, expert: true }"))).toEqual([
      expect.objectContaining({ tp: 1, dp: 32, nodes: 4, gpus: 32 }),
    ]);
    expect(poolRows(group("{ pipeline: 2, tensor: 8 }"))).toEqual([expect.objectContaining({ tp: 8, pp: 2, nodes: 2, gpus: 16 })]);
    expect(poolRows(group("{ data: RANKS, dataLocal: 8 }"))).toEqual([
      expect.objectContaining({ dp: undefined, nodes: undefined, gpus: undefined }),
    ]);
    expect(serious(group("{ pipeline: 2, tensor: 16 }"))).toEqual(["error gpu-count: 8"]);
  });

  test("prefill beside the top level makes that the decode pool", () => {
    const text = service(`
replicas: 4
parallelism: { tensor: 4 }
template: { containers: [{ name: main, resources: { limits: { nvidia.com/gpu: 4 } } }] }
prefill:
  replicas: 2
  parallelism: { tensor: 8 }
  template: { containers: [{ name: main, resources: { limits: { nvidia.com/gpu: 4 } } }] }
`);
    expect(poolRows(text)).toEqual([
      expect.objectContaining({ deployment: "llama", pool: "decode", role: "decode", tp: 4, gpus: 4, instances: 4 }),
      expect.objectContaining({ deployment: "llama", pool: "prefill", role: "prefill", tp: 8, gpus: 4, instances: 2 }),
    ]);
    expect(serious(text)).toEqual(["error gpu-count: 4"]);
  });

  test("a command of its own says what is started", () => {
    const own = (command: string): string => service(`template: { containers: [{ name: main, command: ${command} }] }`);
    expect(poolRows(own('[vllm, serve, /mnt/models, --tensor-parallel-size, "2"]'))).toEqual([
      expect.objectContaining({ engine: "vllm", model: "/mnt/models", tp: 2 }),
    ]);
    const { deployment } = only(readText(own("[vllm, serve, /mnt/models]")));
    expect(deployment.model?.value.facts?.value.id).toBe("meta-llama/Llama-3.1-8B-Instruct");
    expect(poolRows(own('[python3, -m, sglang.launch_server, --tp, "4"]'))).toEqual([expect.objectContaining({ engine: "sglang", tp: 4 })]);
    expect(poolRows(own("[/app/some-server]"))).toEqual([expect.objectContaining({ engine: "other", complete: false })]);
  });

  test("somebody's own runtime tells its engine by its image, else by its name", () => {
    const own = (name: string, image: string): string => `${service(`runtime: ${name}`)}---
apiVersion: serving.kserve.io/v1alpha1
kind: ServingRuntime
metadata: { name: mine }
spec: { containers: [{ name: main, image: "${image}" }] }
`;
    expect(poolRows(own("mine", "lmsysorg/sglang:v0.5.14"))[0]).toMatchObject({ engine: "sglang", complete: false });
    expect(poolRows(own("mine", "registry.example.com/anything:1"))[0]).toMatchObject({ engine: "vllm", complete: false });
    expect(poolRows(own("another", "lmsysorg/sglang:v0.5.14"))[0]?.engine).toBe("vllm");
    expect(poolRows(service("runtime: sglang"))[0]).toMatchObject({ engine: "sglang", complete: false });
  });

  test("adapters, a scaler, a runtime elsewhere", () => {
    const lora = service("template: {}").replace(
      "    name: llama",
      "    name: llama\n    lora: { maxRank: 64, adapters: [{ name: a, uri: hf://org/a }] }",
    );
    expect(settings(only(readText(lora)).pool)).toMatchObject({ "enable-lora": null, "max-lora-rank": "64" });
    expect(poolRows(service("scaling: { minReplicas: 1, maxReplicas: 4 }"))[0]?.instances).toBeUndefined();
    expect(poolRows(service("runtime: own-runtime"))[0]?.complete).toBe(false);
  });

  test("a runtime of KServe selects the template of its engine", () => {
    const sglang = service(`
runtime: kserve-llm-sglang
parallelism: { tensor: 2 }
template:
  containers:
    - name: main
      env: [{ name: VLLM_ADDITIONAL_ARGS, value: --max-model-len=4096 }]
      args: [--context-length, "8192"]
      resources: { limits: { nvidia.com/gpu: 1 } }
`);
    expect(poolRows(sglang)).toEqual([expect.objectContaining({ engine: "sglang", tp: 2, gpus: 1, complete: true })]);
    expect(Object.keys(settings(only(readText(sglang)).pool))).not.toContain("max-model-len");
    expect(serious(sglang)).toEqual(["error gpu-count: 1"]);
    expect(poolRows(service("runtime: kserve-llm-omni"))).toEqual([expect.objectContaining({ engine: "vllm", complete: true })]);
  });

  test.each([
    ["speculator: { config: { method: ngram, num_speculative_tokens: '4' } }", "speculative-config"],
    ["speculativeDecoding: { method: mtp, numSpeculativeTokens: 2 }", "speculative-config"],
    ["kvCacheOffloading: { mode: cpu, cpu: { size: 10Gi } }", "kv-transfer-config"],
  ])("%s hides the argument that KServe makes of it", (field, flag) => {
    const { pool } = only(readText(service(field)));
    expect(flagOf(pool, flag).value).toBeUndefined();
    expect(serious(service(field))).toEqual([]);
  });
});

describe("offloading of KV cache", () => {
  const offloads = (field: string): unknown => {
    const { pool } = only(readText(service(field)));
    return flagOf(pool, "kv-transfer-config").value?.value;
  };

  test.each([
    ["kvCacheOffloading: { cpu: 10Gi }", { cpu_bytes_to_use: 10 * 2 ** 30, secondary_tiers: [] }],
    [
      "workload: { kvCacheOffloading: { cpu: 1Gi, secondary: [{ fileSystem: { emptyDir: { size: 100Gi } } }] } }",
      { cpu_bytes_to_use: 2 ** 30, secondary_tiers: [{ type: "fs", max_disk_gib: 100 }] },
    ],
    [
      "kvCacheOffloading: { cpu: 1Gi, secondary: [{ fileSystem: { pvc: { ref: { name: shared } } } }] }",
      { cpu_bytes_to_use: 2 ** 30, secondary_tiers: [{ type: "fs" }] },
    ],
  ])("%s is the connector that KServe makes of it", (field, extra) => {
    const connector = { kv_connector: "OffloadingConnector", kv_role: "kv_both", kv_connector_extra_config: extra };
    expect(JSON.parse(String(offloads(field)))).toEqual(connector);
    expect(serious(service(field))).toEqual([]);
  });
});

describe("configs that services are laid over", () => {
  const config = `apiVersion: serving.kserve.io/v1alpha2
kind: LLMInferenceServiceConfig
metadata: { name: base }
spec:
  parallelism: { tensor: 8 }
  template:
    containers:
      - name: main
        image: vllm/vllm-openai:v0.11.0
        env: [{ name: VLLM_ADDITIONAL_ARGS, value: --max-model-len=4096 }]
        resources: { limits: { nvidia.com/gpu: 8 } }
`;
  const laidOver = (spec: string): string => service(`baseRefs: [{ name: base }]\n${spec}`);

  test("a base of the same file is read into its service, which wins", () => {
    const text = `${config}---\n${laidOver("replicas: 2\ntemplate: { containers: [{ name: main, resources: { limits: { nvidia.com/gpu: 4 } } }] }")}`;
    expect(poolRows(text)).toEqual([
      expect.objectContaining({ format: "kserve-llmisvc", tp: 8, gpus: 4, instances: 2, version: "0.11.0", complete: true }),
    ]);
    const { pool } = only(readText(text));
    expect(settings(pool)).toMatchObject({ "max-model-len": "4096" });
    expect(sliceOf(text, flagOf(pool, "tensor-parallel-size").valueRange)).toBe("8");
    expect(serious(text)).toEqual(["error gpu-count: 4"]);
  });

  test("a base that nobody sees may say anything", () => {
    expect(poolRows(laidOver("parallelism: { tensor: 4 }"))).toEqual([expect.objectContaining({ tp: 4, complete: false })]);
  });

  test("a config with a model is a service of its own, unless one of this text takes it in", () => {
    const whole = config.replace("spec:\n", "spec:\n  model: { uri: hf://Qwen/Qwen3-32B }\n");
    expect(poolRows(whole)).toEqual([
      expect.objectContaining({ format: "kserve-llmisvc-config", engine: "vllm", model: "hf://Qwen/Qwen3-32B", tp: 8, gpus: 8 }),
    ]);
    expect(poolRows(`${whole}---\n${laidOver("replicas: 2")}`).map(({ format }) => format)).toEqual(["kserve-llmisvc"]);
  });

  test("alone a config starts an engine only with a command or a model of its own, templates in it unknown", () => {
    expect(readText(config)).toMatchObject({ formats: ["kserve-llmisvc-config"], deployments: [] });
    const text = `apiVersion: serving.kserve.io/v1alpha2
kind: LLMInferenceServiceConfig
metadata: { name: kserve-config-llm-template }
spec:
  template:
    containers:
      - name: main
        command:
          - /bin/bash
          - -c
          - |-
            eval "exec vllm serve /mnt/models \\
              --served-model-name "{{ .Spec.Model.Name }}" \\
              --port 8001 \\
              {{- if .Spec.Parallelism.Tensor }} --tensor-parallel-size {{ .Spec.Parallelism.Tensor }}{{- end }} \\
              \${VLLM_ADDITIONAL_ARGS} \\
              $@"
          - "--"
`;
    expect(poolRows(text)).toEqual([
      expect.objectContaining({ format: "kserve-llmisvc-config", engine: "vllm", model: "/mnt/models", tp: undefined, complete: false }),
    ]);
    expect(serious(text)).toEqual([]);
  });
});
