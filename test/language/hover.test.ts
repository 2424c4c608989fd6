import { describe, expect, test } from "vitest";
import { conditionsOf } from "../../src/deployment/conditions.ts";
import { noSurroundings } from "../../src/deployment/surroundings.ts";
import { analyse } from "../../src/language/analysis.ts";
import { hover } from "../../src/language/hover.ts";
import { escaped, markdown } from "../../src/language/hover-card.ts";
import { testCatalog } from "../support/catalog.ts";
import { analysed, yaml } from "./deployments.ts";

const uri = "file:///deploy.yaml";

/** The hover over the first place of these words; figures' blanks as plain ones, command arguments left out. */
function over(text: string, words: string): string {
  const at = text.indexOf(words);
  const before = text.slice(0, at).split("\n");
  const position = { line: before.length - 1, character: (before.at(-1) ?? "").length + 1 };
  const found = hover(analysed(text), position, { catalog: testCatalog(), uri });
  return (found?.markdown ?? "nothing").replace(/[\u2009\u00a0]/g, " ").replace(/\?%5B[^)]*/g, "");
}

test("utilisation: the tokens, the sum behind them, and what more of it would give", () => {
  const lines = over(
    yaml({ gpu: "H100", image: "vllm/vllm-openai:v0.11.0", args: ["--gpu-memory-utilization=0.90"] }),
    "--gpu-memory",
  ).split("\n");
  expect(lines[0]).toMatch(
    /^\*\*4\d\d,\d{3} tokens of KV cache\*\* · 3\.\d\d requests of 131,072 · \[Memory\]\(command:inferenceLens\.showMemory\)$/,
  );
  const rows = lines.filter((line) => line.startsWith("| ")).slice(2);
  expect(rows.length).toBe(4);
  // 0.90 × 79.19 = 71.27 (memory of an H100 as its driver reports it).
  expect(rows[0]).toBe("| Budget, 0.90 × 79.19 | 71.27 |");
  const value = (row: string | undefined): number => Number(/\| ([\d.]+) \|$/.exec(row ?? "")?.[1]);
  expect(value(rows[3])).toBeCloseTo(value(rows[0]) - value(rows[1]) - value(rows[2]), 1);
  expect(lines).toContainEqual(expect.stringMatching(/^0\.94 would give 2\d,\d{3} tokens more\.$/));
  expect(lines.at(-1)).toBe(
    "Default 0.9 in vLLM 0.11.0 · [documentation](https://docs.vllm.ai/en/latest/cli/serve.html#gpu-memory-utilization)",
  );
});

test("the threshold says what it counts and which way it works", () => {
  const args = [
    "--tensor-parallel-size=2",
    "--ulysses-sequence-parallel-size=4",
    "--enable-shift-parallel",
    "--shift-parallel-threshold=512",
  ];
  const text = over(yaml({ args, gpus: 8 }), "512");
  expect(text).toContain("**Steps of at most 512 tokens run as TP 8** · larger ones as TP 2 × SP 4");
  expect(text).toContain("Higher: lower TPOT, less throughput.");
});

test("a flag that this version does not have", () => {
  expect(over(yaml({ args: ["--swap-space=4"] }), "--swap-space")).toContain("vLLM 0.18.1 has no --swap-space; gone since 0.18.1.");
  expect(over(yaml({ args: ["--max-num-sequences=4"] }), "--max-num-seq")).toBe("**vLLM 0.18.1 has no --max-num-sequences.**");
});

test("a value that comes from elsewhere", () => {
  expect(over(yaml({ args: ["--max-model-len=$(LENGTH)"] }), "--max-model-len")).toContain(
    "**Not known here: set by a variable or a template**",
  );
});

test("model, GPU and layout", () => {
  const text = yaml({ model: "deepseek-ai/DeepSeek-V3", gpu: "H200", args: ["--tensor-parallel-size=8"], gpus: 8 });
  const model = over(text, "deepseek-ai");
  expect(model).toContain("| Heads | 128, one latent of 576 |");
  // 61 layers · (512 + 64) elements · 2 B = 70,272 B (memory law 2).
  expect(model).toContain("70,272 B");
  expect(over(text, "H200")).toContain("**H200-SXM** · Hopper");
  expect(over(text, "--tensor-parallel-size")).toContain("**TP 8 = 8 GPUs an instance**");
  expect(over(text, " 8\n")).toContain("= 8 |");
});

test("an unknown model is said to be unknown, with what ends alike", () => {
  const text = over(yaml({ model: "/models/Qwen3-32B" }), "/models");
  expect(text).toContain("Describe model");
  expect(text).toContain("Qwen/Qwen3\\-32B".replace("\\-", "-"));
});

test("nothing where nothing is known", () => {
  expect(over(yaml(), "metadata")).toBe("nothing");
});

test("text from a file becomes no markup, link or command", () => {
  const evil = "x](command:evil) <b>*y*</b>\n| z";
  expect(escaped(evil)).toBe("x\\]\\(command:evil\\) \\<b\\>\\*y\\*\\</b\\> \\| z");
  expect(over(yaml({ model: "'a](command:evil)'" }), "a](")).not.toMatch(/[^\\]\]\(command:evil/);
});

test("at most five rows", () => {
  const rows = Array.from({ length: 9 }, (_, index) => [`n${index}`, "1"] as const);
  expect(
    markdown({ headline: "h", rows })
      .split("\n")
      .filter((line) => line.startsWith("| n")).length,
  ).toBe(5);
});

describe("what is commonly stated otherwise", () => {
  test("utilisation, the threshold, and the tokens of a step", () => {
    expect(over(yaml({ args: ["--gpu-memory-utilization=0.9"] }), "--gpu-memory")).toContain(
      "*Commonly stated otherwise:* A share of the whole card, weights and activations in it, not of what is free. (VM02)",
    );
    expect(over(yaml({ args: ["--shift-parallel-threshold=256"] }), "--shift")).toContain("It counts tokens of a step, not requests");
    expect(over(yaml({ args: ["--max-num-batched-tokens=2048"] }), "--max-num-b")).toContain("8,192 from 70 GiB on");
  });

  test("a GPU's peaks", () => {
    expect(over(yaml({ gpu: "H100" }), "H100")).toContain("with 2:4 sparsity only");
    expect(over(yaml({ gpu: "T4" }), "T4")).not.toContain("sparsity");
  });
});

describe("other engines", () => {
  const sglang = (args: readonly string[]): string =>
    yaml({ args, image: "lmsysorg/sglang:v0.5.9", gpus: 8, model: "deepseek-ai/DeepSeek-V3" }).replace(
      "[vllm, serve]",
      "[python3, -m, sglang.launch_server, --model-path]",
    );

  const rowsOver = (text: string, words: string): readonly string[] =>
    over(text, words)
      .split("\n")
      .filter((line) => line.startsWith("| "))
      .slice(2);

  // 0.85 · (79.19 − 0.75 taken before loading); 0.15 of it stays free.
  test("SGLang: the share is of what is free before loading, and the rest stays free", () => {
    const text = yaml({ args: ["--mem-fraction-static=0.85"], image: "lmsysorg/sglang:v0.5.9", gpu: "H100" }).replace(
      "[vllm, serve]",
      "[python3, -m, sglang.launch_server, --model-path]",
    );
    const rows = rowsOver(text, "--mem-fraction");
    expect(rows[0]).toBe("| Weights and pools, 0.85 × 78.44 free before loading | 66.67 |");
    expect(rows[3]).toBe("| Kept free | 11.77 |");
    expect(over(text, "--mem-fraction")).toMatch(/0\.89 would give 2\d,\d{3} tokens more\./);
  });

  test("TensorRT-LLM: the share is of what a trial run leaves", () => {
    const text = yaml({
      args: ["--kv_cache_free_gpu_memory_fraction=0.8"],
      image: "nvcr.io/nvidia/tensorrt-llm/release:1.1.0",
      gpu: "H100",
    }).replace("[vllm, serve]", "[trtllm-serve]");
    const rows = rowsOver(text, "--kv_cache_free");
    expect(rows.map((row) => row.replace(/[\d.]+ \|$/, "…"))).toEqual([
      "| Weights | …",
      "| Trial run, NCCL, CUDA graphs | …",
      expect.stringMatching(/^\| KV cache, 0\.8 × 6\d\.\d\d left \| …$/),
    ]);
  });

  test("SGLang: attention replicas lie inside TP", () => {
    const text = sglang(["--tp-size=8", "--dp-size=8", "--enable-dp-attention"]);
    expect(over(text, "--enable-dp")).toContain("they add no GPUs");
    expect(over(text, "--tp-size")).toMatch(/^\*\*.*8 GPUs an instance\*\*/);
    expect(over(text, "--tp-size")).toContain("[documentation](https://docs.sglang.io/advanced_features/server_arguments.html)");
    expect(over(sglang(["--max-model-len=4096"]), "--max-model")).toBe("**SGLang 0.5.9 has no --max-model-len.**");
    expect(over(text, "v0.5.9")).toMatch(/^\*\*SGLang 0\.5\.9\*\*/);
  });

  test("TensorRT-LLM: the share is of what is free", () => {
    const text = "tensor_parallel_size: 4\nmax_batch_size: 256\nkv_cache_config:\n  free_gpu_memory_fraction: 0.9\n  dtype: fp8\n";
    expect(over(text, "free_gpu")).toContain("A share of what weights and activations leave free");
    expect(over(text, "dtype")).toContain("**kv\\_cache\\_config.dtype**");
  });
});

test("formulas with this file's numbers", () => {
  const text = yaml({ gpu: "H100", args: ["--max-model-len=8192", "--kv-cache-dtype=fp8", "--dtype=bfloat16"] });
  // 2 · 32 layers · 8 heads · 128 · 1 B = 65,536 B a token.
  expect(over(text, "--kv-cache-dtype")).toContain("| 32 layers · 8 KV heads · 2 · 128 · 1 B \\(VM08\\) | 65,536 B |");
  expect(over(text, "--dtype")).toMatch(/^\*\*15\.0 GiB of weights a GPU\*\*/);
});

test("switches that the engine turns on by itself", () => {
  const last = (args: readonly string[], image = "vllm/vllm-openai:v0.18.1", model?: string) =>
    over(yaml({ args, image, ...(model ? { model } : {}) }), args[0] ?? "")
      .split("\n")
      .at(-1);
  expect(last(["--enable-prefix-caching"])).toMatch(/^On by default/);
  expect(last(["--async-scheduling"])).toMatch(/^On by default/);
  expect(last(["--async-scheduling"], "vllm/vllm-openai:v0.12.0")).toMatch(/^Off by default/);
  expect(last(["--enable-chunked-prefill"], "vllm/vllm-openai:v0.10.2")).toMatch(/^Default on in the V1 engine/);
  expect(last(["--enforce-eager"])).toMatch(/^Off by default/);
});

test("what a run measured is said, and what of it no longer holds", () => {
  const text = yaml({ gpu: "H100", image: "vllm/vllm-openai:v0.19.0", args: ["--gpu-memory-utilization=0.90", "--max-num-seqs=256"] });
  const { settled, deployment } = analysed(text).deployments[0] ?? {};
  const pool = settled?.pools[0];
  if (!settled || !pool || !deployment) throw new Error("not settled");
  const conditions = conditionsOf(settled.model, pool);
  const memory = {
    source: "log" as const,
    date: "2026-11-28",
    conditions: { ...conditions, settings: { ...conditions.settings, "max-num-seqs": 1024 } },
    stages: [{ stage: 0, weights: 2 ** 34, kvCache: 2 ** 35 }],
    kvCacheTokens: null,
    kvCacheBlocks: null,
  };
  const calibrations = [{ file: "a.yaml", deployment: deployment.id, memory, timing: null }];
  const analysis = analyse(text, { catalog: testCatalog(), surroundings: { ...noSurroundings, calibrations } });
  const before = text.slice(0, text.indexOf("--gpu-memory")).split("\n");
  const position = { line: before.length - 1, character: (before.at(-1) ?? "").length + 1 };
  expect(hover(analysis, position, { catalog: testCatalog(), uri })?.markdown).toContain(
    "Measured on 2026-11-28: weights. Predicted: KV cache; max-num-seqs was 1024 when this was measured.",
  );
});

test("the place of the lens says what a decode step is made of, and on what that rests", () => {
  const lines = over(yaml({ gpu: "H100", gpus: 4, args: ["--tensor-parallel-size=4"] }), "apiVersion").split("\n");
  expect(lines[0]).toMatch(/^\*\*A decode step of 32: \d[\d.]* ms\*\* · [\d,]+ tokens of context each, as TP 4 · \[Open report\]/);
  const rows = lines.filter((line) => line.startsWith("| ")).slice(2);
  expect(rows).toHaveLength(4);
  for (const row of rows)
    expect(row).toMatch(/^\| [\w -]+, [\d.]+ % \| [\d.]+ ms( · [\d.,]+ (?:[TG]B|TFLOP)\/s(?:, [\d.]+ % of peak)?)? \|$/);
  expect(lines).toContainEqual(expect.stringMatching(/^One request alone, in 8 of 10 cases: TTFT \d+–\d+ ms, TPOT [\d.]+–[\d.]+ ms\.$/));
  expect(lines.at(-1)).toMatch(/^Step time: [\d.]+ % (?:measured|interpolated|analytical)/);
});

test("without a GPU nothing is said of steps", () => {
  expect(over(yaml({}), "apiVersion")).toBe("nothing");
});

test("a store behind the cache: what it holds, and from which rate on loading pays", () => {
  const args = ["--tensor-parallel-size=2", "--kv-offloading-size=64"];
  const text = over(yaml({ gpu: "H100", image: "vllm/vllm-openai:v0.18.1", args, gpus: 2 }), "--kv-offloading");
  // 64 GiB of 128 KiB a token, over PCIe 5 of two GPUs at 0.8 of its rate.
  expect(text).toContain("**vLLM offloading keeps 524,288 tokens behind each engine's cache**");
  expect(text).toContain("| Host memory | 64.0 GiB, 524,288 tokens, 102 GB/s |");
  // 8,192 tokens are 1 GiB: 1.0737 GB / 102.4 GB/s = 10.5 ms.
  expect(text).toMatch(/\| 8,192 tokens, 1\.0 GiB at 102 GB\/s \| 10\.5 ms to load \|/);
  expect(text).toMatch(/^The GPU's own cache holds [\d,]+: most of what is in a smaller store is there as well\.$/m);
  expect(text).toMatch(/\| The same, computed \| \d+ ms \|/);
  expect(text).toMatch(/\| A load pays from \\\(at H100-SXM5-80GB's peak\\\) \| [\d.]+ GB\/s \\\([\d.]+ GB\/s\\\) \|/);
});
