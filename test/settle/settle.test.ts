import { describe, expect, it } from "vitest";
import { withFlags, withGpu } from "../../src/deployment/change.ts";
import { plain } from "../../src/deployment/message.ts";
import { read } from "../../src/deployment/read.ts";
import { readCommand } from "../../src/deployment/read-command.ts";
import { settle } from "../../src/deployment/settle.ts";
import type { Settled, SettledPool } from "../../src/deployment/settled.ts";
import { noSurroundings, type Surroundings } from "../../src/deployment/surroundings.ts";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import { testCatalog } from "../support/catalog.ts";

const catalog = testCatalog();

function deploymentOf(command: string, surroundings: Partial<Surroundings> = {}) {
  const [deployment] = readCommand(command, { catalog, surroundings: { ...noSurroundings, ...surroundings } }).deployments;
  if (!deployment) throw new Error("no deployment");
  return deployment;
}

function settledOf(command: string, gpu = "H100-SXM5-80GB", version = "0.19.0"): Settled & { readonly pool: SettledPool } {
  const { settled, missing } = settle(deploymentOf(command, { argument: { gpu, engineVersion: version } }), catalog);
  const pool = settled?.pools[0];
  if (!settled || !pool) throw new Error(missing?.map((one) => plain(one.message)).join("; "));
  return { ...settled, pool };
}

function missingOf(command: string, surroundings: Partial<Surroundings> = {}): readonly string[] {
  return (settle(deploymentOf(command, surroundings), catalog).missing ?? []).map((one) => `${one.what}: ${plain(one.message)}`);
}

const llama = "vllm serve meta-llama/Llama-3.1-8B-Instruct";

describe("defaults by version and device", () => {
  // VERSIONED-DEFAULTS, "batch defaults": tokens/sequences of `vllm serve`.
  it.each([
    ["0.19.0", "H100-SXM5-80GB", 8192, 1024],
    ["0.19.0", "A100-SXM4-80GB", 2048, 256],
    ["0.8.5", "A100-SXM4-80GB", 8192, 1024],
    ["0.19.0", "A800-SXM4-80GB", 8192, 1024],
    ["0.19.0", "L4", 2048, 256],
    ["0.27.1", "B200-SXM", 8192, 1024],
    ["0.28.0", "B200-SXM", 16384, 1024],
    ["0.33.0", "GB10", 2048, 256],
    // Its log of 0.13.0: "max_num_batched_tokens=2048", graphs up to 256 sequences.
    ["0.13.0", "GB10", 2048, 256],
    ["0.33.0", "H200-SXM", 8192, 1024],
  ])("vLLM %s on %s schedules %i tokens, %i sequences", (version, gpu, tokens, sequences) => {
    const { settings } = settledOf(llama, gpu, version).pool;
    expect([settings.maxNumBatchedTokens, settings.maxNumSeqs]).toEqual([tokens, sequences]);
  });

  it("follows the utilisation, graph and scheduling defaults over the versions", () => {
    const of = (version: string, gpu?: string) => settledOf(llama, gpu, version).pool.settings;
    expect(settledOf(llama, undefined, "0.19.1").pool.budget).toMatchObject({ gpuMemoryUtilization: 0.9, graphsInBudget: false });
    expect(settledOf(llama, undefined, "0.20.0").pool.budget).toMatchObject({ gpuMemoryUtilization: 0.92, graphsInBudget: true });
    expect(of("0.12.0").asyncScheduling).toBe(false);
    expect(of("0.14.1").asyncScheduling).toBe(true);
    expect(of("0.28.0", "B200-SXM").maxCaptureSize).toBe(1024);
    expect(of("0.28.0").maxCaptureSize).toBe(512);
    // The engine raises it for gpt-oss alone.
    const gptOss = (version: string) => settledOf("vllm serve openai/gpt-oss-20b", "H100", version).pool.settings.maxCaptureSize;
    expect(["0.10.2", "0.11.0", "0.19.0"].map(gptOss)).toEqual([1024, 992, 1024]);
  });

  it("cuts defaults to what the other limit allows, and leaves what is written", () => {
    // min(8192, 16 × 128) = 2048 tokens.
    expect(settledOf(`${llama} --max-num-seqs 16 --max-model-len 128`).pool.settings.maxNumBatchedTokens).toBe(2048);
    expect(settledOf(`${llama} --max-num-batched-tokens 512`).pool.settings).toMatchObject({ maxNumSeqs: 512, maxNumBatchedTokens: 512 });
    // 0.10.2: min(2 × 16, 512) = 32.
    expect(settledOf(`${llama} --max-num-seqs 16`, "H100", "0.10.2").pool.settings.maxCaptureSize).toBe(32);
    expect(settledOf(`${llama} --no-enable-chunked-prefill`).pool.settings.maxNumBatchedTokens).toBe(131_072);
  });
});

describe("flags", () => {
  it("reads K as 1024 and k as 1000 where the engine does", () => {
    expect(settledOf(`${llama} --max-model-len 8K`).pool.settings.maxModelLen).toBe(8192);
    expect(settledOf(`${llama} --max-model-len 8k`).pool.settings.maxModelLen).toBe(8000);
    expect(missingOf(`${llama} --max-num-seqs 1k`, { argument: { gpu: "H100" } })).toEqual([
      "settings: max-num-seqs is written, but cannot be read here",
    ]);
  });

  it("takes max-model-len from the model when it is absent or auto", () => {
    expect(settledOf(llama).pool.settings.maxModelLen).toBe(131_072);
    expect(settledOf(`${llama} --max-model-len auto`).pool.settings.maxModelLen).toBe(131_072);
    expect(settledOf(`${llama} --max-model-len -1`).pool.settings.maxModelLen).toBe(131_072);
  });

  it("knows what quantisation, caches and graphs the flags ask for", () => {
    expect(settledOf(`${llama} --quantization fp8`).pool.weights.linear).toBe("fp8");
    expect(settledOf(`${llama} --kv-cache-dtype fp8_e5m2`).pool.kvElementBytes).toBe(1);
    expect(settledOf(`${llama} --dtype float32`).pool.activationBytes).toBe(4);
    expect(settledOf(`${llama} --enforce-eager`).pool.settings.maxCaptureSize).toBe(0);
    expect(settledOf(`${llama} --compilation-config '{"cudagraph_mode":"NONE"}'`).pool.settings.enforceEager).toBe(true);
    expect(settledOf(`${llama} --compilation-config.max_cudagraph_capture_size 64`).pool.settings.maxCaptureSize).toBe(64);
    expect(settledOf(`${llama} --num-gpu-blocks-override 1000`).pool.observed.kvCacheBlocks).toBe(1000);
    expect(missingOf(`${llama} --kv-cache-dtype ultraquant_4bit`, { argument: { gpu: "H100" } })).toEqual([
      "settings: kv-cache-dtype ultraquant_4bit is not known here",
    ]);
  });
});

describe("what is missing is said", () => {
  it("names model, GPU and engine", () => {
    expect(missingOf(llama)).toEqual(["gpu: The file does not name its GPU type"]);
    expect(missingOf("vllm serve acme/chat-9b")).toEqual([
      "model: Model not known: acme/chat-9b",
      "gpu: The file does not name its GPU type",
    ]);
    const tgi = "text-generation-launcher --model-id meta-llama/Llama-3.1-8B-Instruct";
    expect(missingOf(tgi)).toEqual(["engine: TGI is recognised, not judged"]);
  });

  it("settles nothing on sizes that cannot be read", () => {
    expect(missingOf(`${llama} --tensor-parallel-size $TP`, { argument: { gpu: "H100" } })).toEqual([
      "parallel: Parallel sizes cannot be read here: tensor-parallel-size",
    ]);
  });
});

describe("layout, nodes and links", () => {
  it("keeps eight GPUs in one node and spreads sixteen over two", () => {
    const eight = settledOf(`${llama} --tensor-parallel-size 8`);
    expect([eight.pool.gpusPerNode, eight.pool.nodes, eight.pool.links.intraNode.kind]).toEqual([8, 1, "nvlink"]);
    const sixteen = settledOf(`${llama} -tp 8 -pp 2`);
    expect([sixteen.pool.gpusPerNode, sixteen.pool.nodes]).toEqual([8, 2]);
    expect(sixteen.assumed.map(({ what, value }) => `${what}=${value}`)).toContain("link=400Gbps");
    expect(sixteen.pool.links.interNode.bytesPerSecond).toBe(50e9);
  });

  it("uses PCIe where the bridge does not reach", () => {
    expect(settledOf(`${llama} -tp 2`, "H100-NVL").pool.links.intraNode.kind).toBe("nvlink");
    expect(settledOf(`${llama} -tp 4`, "H100-NVL").pool.links.intraNode.kind).toBe("pcie");
    expect(settledOf(`${llama} -tp 2`, "L40S").pool.links.intraNode.kind).toBe("pcie");
    // A full mesh of eight: 64 GB/s to each of the seven others; with two GPUs one of these links is used.
    const mesh = (tensor: number) => settledOf(`${llama} -tp ${tensor}`, "MI300X").pool.links.intraNode.bytesPerSecond;
    expect([2, 4, 8].map(mesh)).toEqual([64e9, 192e9, 448e9]);
  });

  it("takes the layers of stages from the environment where they fit the model (VP08)", () => {
    const staged = (partition: string) => settledOf(`VLLM_PP_LAYER_PARTITION=${partition} ${llama} -pp 2`);
    const { pool, model } = staged("12,20");
    expect(pool.layout.stageLayers).toEqual([12, 20]);
    expect(memoryPlan(model, pool).ranks.map(({ kvBytesPerToken }) => kvBytesPerToken)).toEqual([12 * 4096, 20 * 4096]);
    for (const wrong of ["12,12", "10,10,12", "x,32"]) expect(staged(wrong).pool.layout.stageLayers).toBeUndefined();
  });

  it("reads shift only together with sequence parallelism", () => {
    const shift = `${llama} -tp 4 --ulysses-sequence-parallel-size 2 --enable-shift-parallel --shift-parallel-threshold 256`;
    expect(settledOf(shift).pool).toMatchObject({ shiftThreshold: 256, layout: { tensor: 4, sequence: 2 } });
    expect(settledOf(`${llama} -tp 4 --enable-shift-parallel`).pool.shiftThreshold).toBeNull();
  });
});

describe("what ranks hold of a model", () => {
  const moe = "vllm serve Qwen/Qwen3-30B-A3B -tp 8 --enable-expert-parallel --enable-eplb";
  const vision = "vllm serve Qwen/Qwen2.5-VL-7B-Instruct -tp 4";

  it.each([
    [`${moe} --eplb-config.num_redundant_experts 16`, { redundantExperts: 16 }],
    [`${moe} --eplb-config '{"num_redundant_experts": 8}'`, { redundantExperts: 8 }],
    [`${moe} --eplb-config '{"num_redundant_experts": "32"}'`, { redundantExperts: 32 }],
    [`${moe} --num-redundant-experts 24`, { redundantExperts: 24 }],
    [`${vision} --mm-encoder-tp-mode data`, { towers: "whole" }],
    [`${vision} --language-model-only`, { towers: "none" }],
  ])("%s", (command, layout) => {
    expect(settledOf(command).pool.layout).toMatchObject(layout);
  });

  it("is as the engine makes it where nothing is said", () => {
    expect(settledOf(moe).pool.layout).not.toHaveProperty("redundantExperts");
    expect(settledOf(vision).pool.layout).not.toHaveProperty("towers");
  });

  it("rounds packed experts up to the kernels' tiles, which are wider on Blackwell", () => {
    const tile = (gpu: string) => settledOf("vllm serve openai/gpt-oss-20b", gpu).pool.weights.tile;
    expect(tile("H100")).toEqual({ hidden: 256, width: 128 });
    expect(tile("B200")).toEqual({ hidden: 256, width: 256 });
    expect(tile("RTX-PRO-6000")).toEqual({ hidden: 256, width: 128 });
  });

  it("spreads the scales of FP8 blocks on cards that multiply them by Marlin", () => {
    const scale = (gpu: string) => settledOf("vllm serve Qwen/Qwen3-30B-A3B-FP8", gpu).pool.weights.scaleBytesPerElement;
    expect(scale("H100")).toBe(4 / (128 * 128));
    expect(scale("A100-80GB")).toBe(2 / 128);
  });

  it("is unknown with a checkpoint whose quantisation is", () => {
    expect(missingOf("vllm serve moonshotai/Kimi-K3", { argument: { gpu: "H200" } })).toEqual([
      "settings: The checkpoint is quantised (compressed-tensors) in a way whose bytes are not known",
    ]);
  });
});

describe("what is loaded for speculation", () => {
  const vllm = (config: object, model = "meta-llama/Llama-3.1-8B-Instruct") =>
    settledOf(`vllm serve ${model} --speculative-config '${JSON.stringify(config)}'`, "H200");

  it.each([
    [{ method: "mtp", num_speculative_tokens: 1 }, "deepseek-ai/DeepSeek-V3", { kind: "own-layers", layers: 1 }],
    [{ method: "qwen3_next_mtp", num_speculative_tokens: 2 }, "Qwen/Qwen3-Next-80B-A3B-Instruct", { kind: "own-layers" }],
    [{ model: "meta-llama/Llama-3.2-1B-Instruct", num_speculative_tokens: 5 }, undefined, { kind: "model", tensor: 1 }],
    [{ method: "eagle3", model: "own/eagle3-head", num_speculative_tokens: 3 }, undefined, { kind: "unsized", name: "own/eagle3-head" }],
    [{ model: "own/unheard-of", num_speculative_tokens: 3 }, undefined, { kind: "unsized", name: "own/unheard-of" }],
  ])("%j", (config, model, drafter) => {
    expect(vllm(config, model).pool.drafter).toMatchObject(drafter);
  });

  it("is told to SGLang in its own words", () => {
    const of = (words: string) =>
      settledOf(`python -m sglang.launch_server --model-path deepseek-ai/DeepSeek-V3 --tp 8 ${words}`, "H200", "0.5.0").pool.drafter;
    expect(of("--speculative-algorithm EAGLE")).toEqual({ kind: "own-layers", layers: 1 });
    expect(of("--speculative-algorithm EAGLE3 --speculative-draft-model-path own/head")).toEqual({ kind: "unsized", name: "own/head" });
    expect(of("--speculative-algorithm NGRAM")).toBeUndefined();
  });

  it("is nothing for look-ups in earlier text, and said to be left out where it is not known", () => {
    expect(vllm({ method: "ngram", num_speculative_tokens: 4, prompt_lookup_max: 4 }).pool).not.toHaveProperty("drafter");
    expect(settledOf(llama).pool).not.toHaveProperty("drafter");
    const { assumed } = vllm({ method: "eagle", model: "own/head", num_speculative_tokens: 3 });
    expect(assumed.find(({ what }) => what === "drafter")?.value).toBe("own/head");
  });
});

describe("assumptions", () => {
  it("lists the version that nobody wrote and the GPU that a setting named", () => {
    const { settled } = settle(deploymentOf(llama, { setting: { gpu: "H100" }, project: { slo: { ttftSeconds: 0.5 } } }), catalog);
    expect(settled?.assumed.map(({ what, value }) => `${what}=${value}`)).toEqual([
      "engineVersion=0.33.0",
      "gpu=H100-SXM5-80GB",
      "slo=ttft=500ms",
    ]);
    expect(settled?.pools[0]?.versionAssumed).toBe(true);
  });
});

describe("what if", () => {
  it("changes GPU and flags on the same path as the file", () => {
    const deployment = deploymentOf(`${llama} -tp 2`);
    const changed = settle(withFlags(withGpu(deployment, "H200-SXM"), { "tensor-parallel-size": "4", "max-num-seqs": "64" }), catalog);
    expect(changed.settled?.pools[0]).toMatchObject({ gpu: { id: "H200-SXM" }, layout: { tensor: 4 }, settings: { maxNumSeqs: 64 } });
    const without = settle(withFlags(withGpu(deployment, "H200-SXM"), { "tensor-parallel-size": null }), catalog);
    expect(without.settled?.pools[0]?.layout.tensor).toBe(1);
  });

  it("settles a YAML config the same way", () => {
    const text = "# inference-lens: gpu=H100-SXM-80GB version=0.11.0\nmodel: meta-llama/Llama-3.1-8B-Instruct\ntensor-parallel-size: 2\n";
    const [deployment] = read(text, { catalog, surroundings: noSurroundings, fileName: "vllm.yaml" }).deployments;
    expect(deployment && settle(deployment, catalog).settled?.pools[0]).toMatchObject({
      layout: { tensor: 2 },
      version: { text: "0.11.0" },
    });
  });
});
