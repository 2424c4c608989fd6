import { describe, expect, it, test } from "vitest";
import type { LocalPrompts } from "../../src/deployment/local-prompts.ts";
import { readText } from "./support.ts";

const usual: LocalPrompts = { belowTokens: 2048, belowShare: 0.7, onlyHits: false, mostCacheUse: 1, keepsInstance: false };

const graph = (frontend: string, decode = "", framework = "vllm"): string => `apiVersion: nvidia.com/v1alpha1
kind: DynamoGraphDeployment
metadata: { name: qwen }
spec:
  backendFramework: ${framework}
  services:
    Frontend:
      componentType: frontend
      extraPodSpec:
        mainContainer:
          image: nvcr.io/nvidia/ai-dynamo/vllm-runtime:1.5.0
          ${frontend}
    Decode:
      componentType: worker
      subComponentType: decode
      extraPodSpec:
        mainContainer:
          command: [python3, -m, dynamo.${framework}]
          args: [--model, Qwen/Qwen3-8B, --disaggregation-mode, decode${decode}]
    Prefill:
      componentType: worker
      subComponentType: prefill
      extraPodSpec:
        mainContainer:
          command: [python3, -m, dynamo.${framework}]
          args: [--model, Qwen/Qwen3-8B, --disaggregation-mode, prefill]
`;

const localOf = (text: string): LocalPrompts | undefined => readText(text).deployments[0]?.localPrompts?.value;
const router = (words: string): string => `args: [python3, -m, dynamo.frontend, --router-mode, kv, ${words}]`;

describe("prompts that Dynamo's decode workers compute themselves", () => {
  it.each([
    [router("--router-conditional-disagg"), usual],
    [router('--router-conditional-disagg, --router-conditional-disagg-eff-isl-threshold, "4096"'), { ...usual, belowTokens: 4096 }],
    [router("--router-conditional-disagg, --router-conditional-disagg-eff-isl-ratio-threshold=0.5"), { ...usual, belowShare: 0.5 }],
    [router('--router-conditional-disagg, --router-conditional-disagg-decode-busy-threshold, "0.9"'), { ...usual, mostCacheUse: 0.9 }],
    [router("--router-conditional-disagg, --router-conditional-disagg-policy, isl_or_load"), usual],
    ["env: [{ name: DYN_ROUTER_CONDITIONAL_DISAGG, value: 'true' }]", usual],
    ["command: [/bin/sh, -c]\n          args: ['exec python3 -m dynamo.frontend --router-mode kv --router-conditional-disagg']", usual],
  ])("are told by its front end: %s", (frontend, expected) => {
    expect(localOf(graph(frontend))).toEqual(expected);
  });

  it.each([
    [router("--http-port=8000")],
    [router("--router-conditional-disagg, --router-conditional-disagg-policy, prefill_load")],
    [router("--router-conditional-disagg, --router-conditional-disagg-eff-isl-threshold, $(LENGTH)")],
  ])("are unknown where it does not say, or what cannot be followed: %s", (frontend) => {
    expect(localOf(graph(frontend))).toBeUndefined();
  });

  test("SGLang's workers compute none", () => {
    expect(localOf(graph(router("--router-conditional-disagg"), "", "sglang"))).toBeUndefined();
  });

  test("early workers were told themselves", () => {
    const flags = ', --conditional-disagg, --max-local-prefill-length, "50"';
    const expected = { ...usual, belowTokens: 51, belowShare: Number.POSITIVE_INFINITY, keepsInstance: true };
    expect(localOf(graph(router("--http-port=8000"), flags))).toEqual(expected);
    expect(localOf(graph(router("--http-port=8000"), ", --conditional-disagg"))).toMatchObject({ belowTokens: 1001 });
  });
});

test("TensorRT-LLM's disaggregated server computes short ones where some of it is cached", () => {
  const text = `model: Qwen/Qwen3-8B
hostname: localhost
backend: pytorch
conditional_disagg_config: { max_local_prefill_length: 100 }
context_servers: { num_instances: 1, tensor_parallel_size: 1, router: { type: kv_cache_aware } }
generation_servers: { num_instances: 1, tensor_parallel_size: 1, router: { type: kv_cache_aware } }
`;
  expect(localOf(text)).toEqual({
    belowTokens: 101,
    belowShare: Number.POSITIVE_INFINITY,
    onlyHits: true,
    mostCacheUse: 1,
    keepsInstance: true,
  });
});
