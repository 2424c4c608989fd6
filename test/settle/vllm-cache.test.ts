import { describe, expect, test } from "vitest";
import { readCommand } from "../../src/deployment/read-command.ts";
import { settle } from "../../src/deployment/settle.ts";
import type { SettledPool, VllmCache } from "../../src/deployment/settled.ts";
import { noSurroundings } from "../../src/deployment/surroundings.ts";
import { testCatalog } from "../support/catalog.ts";

const catalog = testCatalog();
const gemma = "google/gemma-3-27b-it";
const qwen = "Qwen/Qwen3.6-27B";
const nemotron = "nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16";

function poolOf(version: string, model: string, flags: string, environment = ""): SettledPool {
  const surroundings = { ...noSurroundings, argument: { gpu: "H200", engineVersion: version } };
  const [deployment] = readCommand(`${environment}vllm serve ${model} ${flags}`, { catalog, surroundings }).deployments;
  const pool = deployment && settle(deployment, catalog).settled?.pools[0];
  if (!pool) throw new Error(`not settled: ${version} ${flags}`);
  return pool;
}

function cacheOf(version: string, model: string, flags = "", environment = ""): VllmCache {
  const { budget } = poolOf(version, model, flags, environment);
  if (budget.engine !== "vllm") throw new Error(budget.engine);
  return budget.cache;
}

const transfer = (connector: string) => `--kv-transfer-config '{"kv_connector":"${connector}","kv_role":"kv_both"}'`;
const several = (...names: readonly string[]) =>
  `--kv-transfer-config '${JSON.stringify({
    kv_connector: "MultiConnector",
    kv_role: "kv_both",
    kv_connector_extra_config: { connectors: names.map((kv_connector) => ({ kv_connector })) },
  })}'`;

describe("groups of blocks (vLLM, config/vllm.py)", () => {
  test.each([
    ["0.8.5", "", false],
    ["0.9.1", "", true],
    ["0.19.0", "--disable-hybrid-kv-cache-manager", false],
    ["0.19.0", transfer("NixlConnector"), false],
    ["0.19.0", `${transfer("NixlConnector")} --no-disable-hybrid-kv-cache-manager`, true],
    ["0.19.0", `--kv-events-config '{"enable_kv_cache_events":true}'`, false],
    ["0.20.1", `--kv-events-config '{"enable_kv_cache_events":true}'`, true],
    ["0.22.0", transfer("NixlConnector"), false],
    ["0.23.0", transfer("NixlConnector"), true],
    ["0.23.0", transfer("LMCacheConnectorV1"), false],
    ["0.24.0", several("NixlConnector", "OffloadingConnector"), true],
    ["0.24.0", several("NixlConnector", "LMCacheConnectorV1"), false],
  ])("%s %s: %s", (version, flags, grouped) => {
    expect(cacheOf(version, gemma, flags).isGrouped).toBe(grouped);
  });
});

// The manager is off for chunked attention unless a variable allows it (0.10.1 on).
test.each([
  ["0.10.0", "", true],
  ["0.10.1", "", false],
  ["0.24.0", "VLLM_ALLOW_CHUNKED_LOCAL_ATTN_WITH_HYBRID_KV_CACHE=1 ", true],
])("chunked attention in %s %s", (version, environment, grouped) => {
  expect(cacheOf(version, "meta-llama/Llama-4-Scout-17B-16E-Instruct", "", environment).isGrouped).toBe(grouped);
});

describe("states that are kept (vLLM, models/config.py)", () => {
  const prefixes = "--enable-prefix-caching";
  test.each([
    ["0.24.0", qwen, "", "none"],
    ["0.26.0", qwen, "", "align"],
    ["0.26.0", qwen, "--no-enable-prefix-caching", "none"],
    ["0.24.0", qwen, prefixes, "align"],
    ["0.14.0", nemotron, prefixes, "all"],
    ["0.11.0", nemotron, prefixes, "none"],
    ["0.24.0", nemotron, prefixes, "all"],
    ["0.24.0", nemotron, `${prefixes} --mamba-cache-mode align`, "align"],
    ["0.28.0", nemotron, "", "align"],
    ["0.28.0", nemotron, "--mamba-cache-mode all", "all"],
    ["0.32.0", nemotron, "", "align"],
    ["0.24.0", gemma, prefixes, "none"],
  ])("%s %s %s: %s", (version, model, flags, states) => {
    expect(cacheOf(version, model, flags).states).toBe(states);
  });

  test("flags name the format of states", () => {
    expect(cacheOf("0.24.0", qwen)).toMatchObject({ stateElementBytes: 2, matrixElementBytes: null });
    expect(cacheOf("0.24.0", qwen, "--mamba-cache-dtype float32 --mamba-ssm-cache-dtype float16")).toMatchObject({
      stateElementBytes: 4,
      matrixElementBytes: 2,
    });
  });
});

test.each([
  ["mtp", 3, 0],
  ["eagle3", 4, 1],
  ["medusa", 4, 0],
  ["ngram", 5, 0],
])("a drafter by %s of %i tokens has %i layers of its own", (method, draftTokens, headLayers) => {
  const flags = `--speculative-config '{"method":"${method}","num_speculative_tokens":${draftTokens}}'`;
  expect(cacheOf("0.24.0", qwen, flags)).toMatchObject({ draftTokens, headLayers });
});

// Qwen3.6: heads of 256, a scale of 4 B for each.
test.each([
  ["fp8", 1],
  ["fp8_per_token_head", 1 + 4 / 256],
  ["int8_per_token_head", 1 + 4 / 256],
  ["nvfp4", 0.5 + 1 / 16],
])("an element cached as %s", (dtype, bytes) => {
  expect(poolOf("0.33.0", qwen, `--kv-cache-dtype ${dtype}`).kvElementBytes).toBe(bytes);
});
