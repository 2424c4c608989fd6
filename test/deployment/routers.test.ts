import { describe, expect, it } from "vitest";
import { cacheAwareRouting, prefixRouting } from "../../src/deployment/routing.ts";
import { readText } from "./support.ts";

/** The routing of the text's one deployment; `not said` where nobody says it. */
function routing(text: string) {
  const { deployments } = readText(text);
  if (deployments.length !== 1) throw new Error(`${deployments.length} deployments`);
  const found = deployments[0];
  return { rule: found?.routing?.value ?? "not said", decode: found?.decodeRouting?.value, origin: found?.routing?.origin };
}

const engine = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: llama }
spec:
  replicas: 4
  template:
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
          args: ["--model", "meta-llama/Llama-3.1-8B-Instruct"]
`;
const router = (words: string, env = "[]") => `${engine}---
apiVersion: apps/v1
kind: Deployment
metadata: { name: router }
spec:
  template:
    spec:
      containers:
        - name: router
          image: example.org/router:1
          command: ${words}
          env: ${env}
`;
const scored = (weights: Partial<typeof prefixRouting.weights>, index: object = {}) => ({
  ...prefixRouting,
  weights: { prefix: 0, queue: 0, running: 0, active: 0, freeCache: 0, ...weights },
  index: { ...prefixRouting.index, ...index },
});

describe("what a router's command line says of its policy", () => {
  it.each([
    [`["python3", "-m", "sglang_router.launch_router", "--worker-urls", "http://a"]`, cacheAwareRouting],
    [
      `["python3", "-m", "sglang_router.launch_router", "--policy=cache_aware", "--cache-threshold", "0.5", "--balance-abs-threshold", "8"]`,
      { ...cacheAwareRouting, cacheThreshold: 0.5, balanceAbsolute: 8 },
    ],
    [`["python3", "-m", "sglang_router.launch_router", "--policy", "power_of_two"]`, "power-of-two"],
    [`["python3", "-m", "sglang_router.launch_router", "--policy", "manual"]`, "not said"],
    [`["sh", "-c", "exec python3 -m sglang_router.launch_router --log-level debug --policy random"]`, "random"],
    [
      `["sh", "-c", "export MODE=kv; python3 -m dynamo.frontend --router-mode $MODE --kv-overlap-score-weight 2"]`,
      { policy: "kv-cost", overlapWeight: 2, temperature: 0 },
    ],
    [`["python3", "-m", "dynamo.frontend", "--http-port", "8000"]`, "round-robin"],
    [`["python3", "-m", "dynamo.frontend", "--router-mode", "$(UNSEEN)"]`, "not said"],
    [`["vllm-router", "--routing-logic", "session", "--session-key", "x-user"]`, "session"],
    [`["vllm-router", "--routing-logic=roundrobin"]`, "round-robin"],
    [`["nginx", "-g", "daemon off;"]`, "not said"],
  ])("%s", (words, rule) => {
    expect(routing(router(words)).rule).toEqual(rule);
  });

  it("or its variables", () => {
    const env = `[{ name: DYN_ROUTER_MODE, value: kv }, { name: DYN_ROUTER_TEMPERATURE, value: "0.5" }]`;
    expect(routing(router(`["python3", "-m", "dynamo.frontend"]`, env)).rule).toEqual({
      policy: "kv-cost",
      overlapWeight: 1,
      temperature: 0.5,
    });
  });

  it("and of its decode pool by itself", () => {
    const words = `["python3", "-m", "sglang_router.launch_router", "--pd-disaggregation", "--prefill-policy", "cache_aware", "--decode-policy", "round_robin"]`;
    expect(routing(router(words))).toMatchObject({ rule: cacheAwareRouting, decode: "round-robin", origin: "file" });
  });

  it("gives way to a directive", () => {
    const text = router(`["python3", "-m", "sglang_router.launch_router"]`).replace(
      "\napiVersion",
      "\n# inference-lens: routing=least-requests\napiVersion",
    );
    expect(routing(text)).toMatchObject({ rule: "least-requests", origin: "directive" });
  });
});

describe("an endpoint picker's configuration", () => {
  const picker = (plugins: string, profiles: string) => `apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
${plugins}
schedulingProfiles:
${profiles}
`;
  const indented = (text: string, by: number) => text.replace(/^(?=.)/gm, " ".repeat(by));
  const shipped = picker(
    "- type: prefix-cache-scorer\n  parameters: { lruCapacityPerServer: 1000, hashBlockSize: 128 }\n- type: queue-scorer\n- type: decode-filter\n- type: max-score-picker",
    "- name: default\n  plugins:\n  - pluginRef: decode-filter\n  - pluginRef: max-score-picker\n  - pluginRef: prefix-cache-scorer\n    weight: 3\n  - pluginRef: queue-scorer",
  );

  it("stands beside the engines, or in a ConfigMap", () => {
    const rule = scored({ prefix: 3, queue: 1 }, { blockTokens: 32, capacityBlocks: 1000 });
    expect(routing(`${engine}---\n${shipped}`).rule).toEqual(rule);
    const map = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: epp }\ndata:\n  config.yaml: |\n${indented(shipped, 4)}`;
    expect(routing(`${engine}---\n${map}`).rule).toEqual(rule);
  });

  it("has a profile of each pool, in KServe's service", () => {
    const split = picker(
      "- type: precise-prefix-cache-scorer\n- { type: queue-scorer, name: q }\n- type: active-request-scorer",
      "- name: prefill\n  plugins:\n  - { pluginRef: precise-prefix-cache-scorer, weight: 2 }\n- name: decode\n  plugins:\n  - { pluginRef: active-request-scorer, weight: 2 }\n  - { pluginRef: q, weight: 0.5 }",
    );
    const text = `apiVersion: serving.kserve.io/v1alpha1
kind: LLMInferenceService
metadata: { name: llama }
spec:
  model: { uri: "hf://meta-llama/Llama-3.1-8B-Instruct", name: meta-llama/Llama-3.1-8B-Instruct }
  replicas: 2
  prefill: { replicas: 2 }
  router:
    scheduler:
      config:
        inline: |
${indented(split, 10)}`;
    const { rule, decode } = routing(text);
    expect(rule).toEqual({ ...scored({ prefix: 2 }), index: { from: "engines" } });
    expect(decode).toEqual(scored({ active: 2, queue: 0.5 }));
  });

  it("says nothing where something else chooses too", () => {
    const unknown = picker(
      "- type: prefix-cache-scorer\n- type: latency-scorer",
      "- name: default\n  plugins:\n  - pluginRef: prefix-cache-scorer\n  - pluginRef: latency-scorer",
    );
    expect(routing(`${engine}---\n${unknown}`).rule).toBe("not said");
  });
});

describe("TensorRT-LLM's disaggregated server", () => {
  const config = (prefill: string, decode: string) => `model: meta-llama/Llama-3.1-8B-Instruct
backend: pytorch
hostname: localhost
port: 8000
context_servers: { num_instances: 2, tensor_parallel_size: 1, ${prefill} urls: ["a:1", "b:1"] }
generation_servers: { num_instances: 2, tensor_parallel_size: 1, ${decode} urls: ["c:1", "d:1"] }
`;
  it("has a router of each pool", () => {
    const text = config("router: { type: load_balancing, use_tokens: true },", "router: { type: round_robin },");
    expect(routing(text)).toMatchObject({ rule: "join-shortest-queue", decode: "round-robin" });
    expect(routing(config("router: { type: kv_cache_aware },", "")).rule).toBe("not said");
  });
});

describe("a chart's and an operator's own fields", () => {
  const values = (logic: string) => `servingEngineSpec:
  modelSpec:
    - name: llama
      repository: vllm/vllm-openai
      tag: v0.11.0
      modelURL: meta-llama/Llama-3.1-8B-Instruct
      replicaCount: 2
      requestGPU: 1
routerSpec:
  routingLogic: ${logic}
`;
  it.each([
    ["roundrobin", "round-robin"],
    ["session", "session"],
    ["kvaware", { ...scored({ prefix: 1 }), index: { from: "engines" } }],
    ["disaggregated_prefill", "not said"],
    ["{{ .Values.logic }}", "not said"],
  ])("routingLogic: %s", (logic, rule) => {
    expect(routing(values(logic)).rule).toEqual(rule);
  });
});
