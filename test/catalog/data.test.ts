import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createCatalog } from "../../src/catalog/catalog.ts";
import type { GpuOffer } from "../../src/catalog/facts.ts";
import { testCatalog } from "../support/catalog.ts";

const catalog = testCatalog();
const size = (name: string) => readFileSync(new URL(`../../src/catalog/data/${name}.json`, import.meta.url)).length;

describe("catalogue files", () => {
  test.each([
    ["gpus", 50_000],
    ["instances", 20_000],
    ["models", 450_000],
    ["flags-vllm", 75_000],
    ["flags-sglang", 90_000],
    ["flags-tensorrt-llm", 10_000],
    ["options-vllm", 80_000],
    ["options-tensorrt-llm", 30_000],
    ["workloads", 150_000],
    ["prices", 20_000],
  ])("%s.json stays below %d bytes", (name, most) => {
    expect(size(name)).toBeLessThan(most);
  });

  test("GPUs: counts, units and links are sane", () => {
    expect(catalog.gpus().length).toBeGreaterThanOrEqual(46);
    for (const gpu of catalog.gpus()) {
      expect(gpu.memoryBytes, gpu.id).toBeGreaterThan(15 * 2 ** 30);
      expect(gpu.driverBytes / gpu.memoryBytes, gpu.id).toBeGreaterThan(0.9);
      expect(gpu.driverBytes / gpu.memoryBytes, gpu.id).toBeLessThanOrEqual(1);
      expect(gpu.memoryBytesPerSecond, gpu.id).toBeGreaterThan(200e9);
      expect(gpu.flops.fp16 ?? gpu.flops.bf16 ?? 0, gpu.id).toBeGreaterThan(50e12);
      expect(gpu.pcie.bytesPerSecond, gpu.id).toBeGreaterThan(7e9);
      expect(gpu.scaleUp === null, gpu.id).toBe(gpu.scaleUpGpus === 1);
      expect(gpu.sources.length, gpu.id).toBeGreaterThan(0);
    }
  });

  // What PyTorch's messages call the total capacity, in GiB.
  test.each([
    ["RTX 3090", 23.68],
    ["RTX 4090", 23.52],
    ["RTX 5090", 31.36],
    ["RTX A6000", 47.53],
    ["Tesla T4", 14.75],
    ["NVIDIA L4", 22.06],
    ["NVIDIA H100 80GB HBM3", 79.19],
    ["NVIDIA H200", 139.8],
    ["NVIDIA GB10", 121.69],
    ["MI325X", 255.98],
    ["AMD-Instinct-MI355X", 287.98],
  ])("%s has %d GiB by its driver", (name, gib) => {
    expect(catalog.gpu(name)).toMatchObject({ driverBytesAssumed: false });
    expect((catalog.gpu(name)?.driverBytes ?? 0) / 2 ** 30).toBeCloseTo(gib, 2);
  });

  test("instances name known GPUs", () => {
    for (const name of ["p5.48xlarge", "a3-highgpu-8g"]) expect(catalog.gpu(catalog.instance(name)?.gpu ?? "")?.id).toBe("H100-SXM5-80GB");
  });

  test("models: layers add up, sizes are positive, weights have a format", () => {
    expect(catalog.models().length).toBeGreaterThan(1200);
    for (const id of catalog.models()) {
      const match = catalog.model(id);
      expect(match?.how, id).toBe("exact");
      if (!match) continue;
      const { model } = match;
      for (const value of [model.layers, model.hidden, model.heads, model.kvHeads, model.headDim, model.vocab, model.kvElementsPerLayer]) {
        expect(value, id).toBeGreaterThan(0);
      }
      expect(model.fullAttentionLayers, id).toBeGreaterThanOrEqual(0);
      expect(model.fullAttentionLayers + model.slidingLayers, id).toBeLessThanOrEqual(model.layers);
      expect(model.slidingLayers === 0, id).toBe(model.slidingWindow === null);
      expect(model.activeParameters, id).toBeLessThanOrEqual(model.parameters);
      expect(model.parameters > 0 || model.approximate, id).toBe(true);
      expect(model.weights.method, id).not.toBe("");
    }
  });

  test.each([
    ["deepseek-ai/DeepSeek-V3.2-Exp", "fp8"],
    ["MiniMaxAI/MiniMax-M2", "fp8"],
    ["moonshotai/Kimi-K2-Thinking", "int4"],
    ["moonshotai/Kimi-K2.5", "int4"],
    ["moonshotai/Kimi-K2.6", "int4"],
    ["nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-BF16", "bf16"],
    ["google/gemma-4-31B-it", "bf16"],
    ["Qwen/Qwen3-4B-Thinking-2507", "bf16"],
  ])("%s is published in %s, also where its architecture is another model's", (id, linear) => {
    expect(catalog.model(id)?.model.weights.linear).toBe(linear);
  });

  test("KV elements follow from heads where no exception is marked", () => {
    for (const id of catalog.models()) {
      const model = catalog.model(id)?.model;
      if (!model || model.approximate) continue;
      const elements = model.mla ? model.mla.kvRank + model.mla.ropeHeadDim : 2 * model.kvHeads * model.headDim;
      expect(model.kvElementsPerLayer, id).toBe(elements);
    }
  });

  test("flags: unique names, versions from the sampled ones, Arctic's five among them", () => {
    const { flags, versions } = catalog.flags("vllm");
    expect(new Set(flags.map((flag) => flag.name)).size).toBe(flags.length);
    expect(flags.filter((flag) => flag.plugin === "arctic").map((flag) => flag.name)).toEqual([
      "ulysses-sequence-parallel-size",
      "enable-shift-parallel",
      "shift-parallel-threshold",
      "forest-cascade-attn-configs",
      "fp32-lm-head",
    ]);
    for (const flag of flags) expect(versions, flag.name).toContain(flag.firstSeen);
    expect(flags.find((flag) => flag.name === "tensor-parallel-size")).toMatchObject({
      aliases: ["-tp"],
      type: "int",
      default: 1,
      atLeast: 1,
    });
    expect(flags.find((flag) => flag.name === "swap-space")).toMatchObject({ removedBy: "0.18.1" });
  });

  test.each(["vllm", "sglang"])("choices of %s: eras in order, from the flag's first sample to what it takes now", (engine) => {
    const { flags, versions } = catalog.flags(engine);
    for (const { name, firstSeen, choiceEras, choices, choicesOpen } of flags) {
      const at = choiceEras.map(({ since }) => versions.indexOf(since));
      expect(choiceEras[0]?.since, name).toBe(firstSeen);
      expect(at, name).toEqual([...at].sort((a, b) => a - b));
      const now = choiceEras.at(-1)?.choices ?? null;
      expect(now === null ? null : new Set(now), name).toEqual(choicesOpen || choices === null ? null : new Set(choices));
    }
  });

  test("SGLang's flags: unique spellings, versions from the sampled ones, old spellings without a value", () => {
    const { flags, versions } = catalog.flags("sglang");
    const spellings = flags.flatMap((flag) => [`--${flag.name}`, ...flag.aliases]);
    expect(new Set(spellings).size).toBe(spellings.length);
    for (const flag of flags) expect(versions, flag.name).toContain(flag.firstSeen);
    expect(flags.find((flag) => flag.name === "tp-size")).toMatchObject({ aliases: ["--tensor-parallel-size"], type: "int", default: 1 });
    expect(flags.find((flag) => flag.name === "context-length")).toMatchObject({ humanReadable: true });
    expect(flags.find((flag) => flag.name === "enable-tf32-matmul")).toMatchObject({ type: "bool", negatable: true });
    expect(flags.find((flag) => flag.name === "disable-radix-cache")).toMatchObject({ type: "bool", negatable: false });
    expect(flags.find((flag) => flag.name === "speculative-draft-window-size")?.aliases).toEqual([
      "--speculative-dflash-draft-window-size",
    ]);
    // `--monokernel-backend` is kept for old command lines and takes no word after it (server_args.py: DeprecatedStoreConstAction).
    expect(flags.find((flag) => flag.name === "monokernel-backend")).toMatchObject({ type: "bool", choices: null });
    expect(flags.find((flag) => flag.name === "quantization")?.choices).toContain("modelopt_fp4");
  });

  test("TensorRT-LLM's flags have no history, so nothing is said of other versions", () => {
    const { flags, versions } = catalog.flags("tensorrt-llm");
    expect(versions).toEqual([]);
    for (const flag of flags) expect(flag, flag.name).toMatchObject({ firstSeen: null, choiceEras: [], removedBy: null, absentIn: null });
    expect(flags.find((flag) => flag.name === "extra_llm_api_options")).toMatchObject({ aliases: ["--config"], type: "str" });
    expect(flags.find((flag) => flag.name === "telemetry")).toMatchObject({ type: "bool", negatable: true, default: true });
  });

  test("an engine without a table has no flags", () => {
    expect(catalog.flags("ollama")).toEqual({ versions: [], flags: [] });
    expect(catalog.flags("constructor").flags).toEqual([]);
  });

  test("keys inside vLLM's JSON flags, nested ones by their path", () => {
    const { options, closed, versions } = catalog.options("vllm");
    expect(options.get("speculative-config.num_speculative_tokens")).toMatchObject({ type: "int", atLeast: 1, firstSeen: "0.8.5" });
    // full_cuda_graph came with 0.9.2, was missing in 0.8.5 and went with 0.11.2.
    expect(options.get("compilation-config.full_cuda_graph")).toMatchObject({ firstSeen: "0.9.2", absentIn: "0.8.5", removedBy: "0.11.2" });
    // Nothing is known of the time before the object itself.
    expect(options.get("kv-events-config.publisher")).toMatchObject({ choices: ["null", "zmq"], firstSeen: "0.9.2", absentIn: null });
    expect(options.get("compilation-config.pass_config.enable_sp")?.type).toBe("bool");
    expect(options.get("kv-transfer-config.kv_role")?.choices).toEqual(["kv_both", "kv_consumer", "kv_producer"]);
    expect(options.get("speculative-config.enable_suffix_decoding")).toMatchObject({ type: "bool", plugin: "arctic" });
    for (const { key, firstSeen } of options.values()) expect(versions, key).toContain(firstSeen);
    expect(closed.has("kv-transfer-config")).toBe(true);
    expect(closed.has("compilation-config.pass_config")).toBe(true);
    // Any key may stand in there.
    expect(options.get("kv-transfer-config.kv_connector_extra_config")?.type).toBe("json");
    expect(closed.has("kv-transfer-config.kv_connector_extra_config")).toBe(false);
  });

  test("keys of TensorRT-LLM's config file, of which not all are known", () => {
    const { options, closed, versions } = catalog.options("tensorrt-llm");
    expect(versions).toEqual([]);
    expect(closed.size).toBe(0);
    expect(options.get("kv_cache_config.free_gpu_memory_fraction")).toMatchObject({ type: "float", nullable: true, firstSeen: null });
    expect(options.get("moe_config.backend")?.choices).toContain("CUTLASS");
    expect(options.get("cuda_graph_config.batch_sizes")).toMatchObject({ type: "list", items: "int" });
    expect(options.get("kv_cache_config.use_kv_cache_manager_v2")).toMatchObject({ type: "bool", choices: ["auto"] });
    expect(catalog.options("ollama").options.size).toBe(0);
  });

  test("prices: of known GPUs, from the least to the most, dated and with their source", () => {
    const offers: readonly GpuOffer[] = JSON.parse(readFileSync(new URL("../../src/catalog/data/prices.json", import.meta.url), "utf8"));
    for (const { gpu, provider, low, high, asOf, source } of offers) {
      expect(catalog.gpu(gpu)?.id).toBe(gpu);
      expect(provider).toMatch(/\S/);
      expect(low).toBeGreaterThan(0);
      expect(high).toBeGreaterThanOrEqual(low);
      expect(asOf).toMatch(/^20\d\d-\d\d$/);
      expect(source).toMatch(/^[\w.-]+\.\w+\//);
    }
    expect(catalog.gpus().filter(({ id }) => catalog.price(id)).length).toBe(new Set(offers.map(({ gpu }) => gpu)).size);
  });
  test("every file is read once, however often it is asked for", () => {
    const reads: string[] = [];
    const stored = (name: string) => {
      reads.push(name);
      return JSON.parse(readFileSync(new URL(`../../src/catalog/data/${name}.json`, import.meta.url), "utf8"));
    };
    const counted = createCatalog({
      gpus: () => stored("gpus"),
      instances: () => stored("instances"),
      models: () => stored("models"),
      flags: (engine) => stored(`flags-${engine}`),
      options: (engine) => stored(`options-${engine}`),
      workloads: () => stored("workloads"),
      measuredGpus: [],
      runs: () => ({ sources: {}, groups: [] }),
      prices: () => stored("prices"),
      kernels: (gpu) => stored(`kernels-${gpu}`),
    });
    expect(reads).toEqual([]);
    for (let i = 0; i < 3; i++) {
      counted.instance("p5.48xlarge");
      counted.family("g5");
      counted.gpu("H100");
      counted.flags("sglang");
      counted.options("vllm");
      counted.model("Qwen/Qwen3-32B");
      counted.workload("chat");
      counted.price("L4");
    }
    expect(reads).toEqual(["instances", "gpus", "flags-sglang", "options-vllm", "models", "workloads", "prices"]);
  });

  test("workloads: a thousand rows each, parents come before, shared blocks fit both prompts", () => {
    expect(catalog.workloads()).toEqual(["chat", "long-chat", "code", "agent", "summarise", "batch"]);
    for (const name of catalog.workloads()) {
      const { rows, blockTokens, source } = catalog.workload(name) ?? { rows: [], blockTokens: 0, source: "" };
      expect(rows.length, name).toBe(1000);
      expect(source, name).not.toBe("");
      rows.forEach(([prompt, output, parent, shared], index) => {
        expect(prompt, name).toBeGreaterThan(0);
        expect(output, name).toBeGreaterThan(0);
        expect(parent, name).toBeLessThan(index);
        expect(shared === 0, name).toBe(parent === -1);
        expect(shared * blockTokens, name).toBeLessThanOrEqual(prompt);
        expect(shared * blockTokens, name).toBeLessThanOrEqual(rows[parent]?.[0] ?? Number.POSITIVE_INFINITY);
      });
    }
  });

  // Whole Azure traces: conversation mean prompt 1,155 and output 211, code mean 2,048 and 28; a thousand evenly spaced rows come close.
  test.each([
    ["chat", 1155, 211],
    ["code", 2048, 28],
    ["batch", 1024, 512],
  ])("%s keeps the means of what it was drawn from", (name, prompt, output) => {
    const rows = catalog.workload(name)?.rows ?? [];
    const mean = (column: 0 | 1) => rows.reduce((sum, row) => sum + row[column], 0) / rows.length;
    expect(Math.abs(mean(0) / prompt - 1)).toBeLessThan(0.05);
    expect(Math.abs(mean(1) / output - 1)).toBeLessThan(0.15);
  });
});
