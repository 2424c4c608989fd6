import { describe, expect, test } from "vitest";
import { type ObservedStart, statesWhatDecides } from "../../scripts/accuracy/memory/observed-start.ts";
import { caseOf } from "../../scripts/accuracy/memory/start-case.ts";
import { scatterSvg } from "../../scripts/accuracy/scatter.ts";
import { median, percentWhere, quantile } from "../../scripts/accuracy/statistics.ts";
import { testCatalog } from "../support/catalog.ts";

function start(changes: Partial<ObservedStart>): ObservedStart {
  return {
    line: 2,
    engine: "vllm",
    version: "0.19.0",
    model: "Qwen/Qwen3-32B",
    quantization: undefined,
    gpu: "H100-80GB",
    gpuGiB: undefined,
    tensor: 2,
    pipeline: undefined,
    expert: undefined,
    maxModelLen: undefined,
    maxNumSeqs: undefined,
    maxNumBatchedTokens: undefined,
    utilization: 0.9,
    dtype: undefined,
    kvDtype: undefined,
    enforceEager: undefined,
    logged: { weights: undefined, activation: undefined, nonTorch: undefined, graphs: undefined, kv: undefined },
    kvTokens: undefined,
    concurrency: undefined,
    note: "",
    source: "",
    isRefused: false,
    ...changes,
  };
}

const deploymentOf = (changes: Partial<ObservedStart>) => caseOf(start(changes), testCatalog()).deployment;

describe("an observed start as a case", () => {
  test("a share of memory has each engine's own name", () => {
    expect(deploymentOf({}).settings["gpu-memory-utilization"]).toBe(0.9);
    expect(deploymentOf({ engine: "sglang", version: undefined }).settings["mem-fraction-static"]).toBe(0.9);
  });

  test("notes say LoRA, the V0 engine and variables", () => {
    const lora = deploymentOf({ note: "LoRA enabled (Unsloth fast_inference); V0 engine unless noted" });
    expect(lora.settings).toMatchObject({ "enable-lora": true, "max-lora-rank": 64 });
    expect(lora.environment).toEqual({ VLLM_USE_V1: "0" });
    expect(deploymentOf({ version: undefined, note: "V0; ok" }).engineVersion).toBe("0.7.3");
    expect(deploymentOf({ version: undefined, note: "derived from peak_torch_memory 2.38" }).engineVersion).toBe("0.6.4.post1");
    expect(deploymentOf({ note: "no LoRA; VLLM_PP_LAYER_PARTITION=16,32" })).toMatchObject({
      settings: { "enable-lora": null },
      environment: { VLLM_PP_LAYER_PARTITION: "16,32" },
    });
  });

  test("loose names are taken only where one model can be meant", () => {
    expect(deploymentOf({ model: "Qwen3-32B (4-bit)" }).model).toBe("Qwen/Qwen3-32B");
    expect(deploymentOf({ model: "Qwen2ForCausalLM 0.5B class" }).model).toMatch(/^Qwen\/Qwen2(\.5)?-0\.5B/);
    expect(deploymentOf({ model: "DeepseekV3ForCausalLM" }).model).toBe("DeepseekV3ForCausalLM");
  });

  test("a start on unlike cards states too little, as does one without its ranks", () => {
    const gpu = "RTX 5070 Ti + RTX 5090 D";
    expect(deploymentOf({ gpu }).gpu).toBe(gpu);
    expect(statesWhatDecides(start({ gpu }))).toBe(false);
    expect(statesWhatDecides(start({}))).toBe(true);
    expect(statesWhatDecides(start({ gpu: undefined, gpuGiB: 79.19 }))).toBe(true);
    expect(statesWhatDecides(start({ tensor: undefined }))).toBe(false);
  });
});

test("quantiles are values that occurred", () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9)]).toEqual([2, 2, 9]);
  expect(median([])).toBeNaN();
  expect(percentWhere([1, 2, 3, 4], (value) => value > 1)).toBe(75);
});

test("a plot has a mark for every positive pair, and its words are escaped", () => {
  const points = [
    { measured: 1, predicted: 1 },
    { measured: 10, predicted: 9 },
    { measured: -0.4, predicted: 1 },
  ];
  const svg = scatterSvg({ name: "p", title: "A < B", unit: "GiB", series: [{ name: "one", points }] });
  // Two marks and that of the legend.
  expect(svg.match(/a3.5 3.5 0 1 0 7 0/g)).toHaveLength(3);
  expect(svg).toContain("A &lt; B");
});
