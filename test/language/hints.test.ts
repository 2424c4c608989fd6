import { expect, test } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import { hints } from "../../src/language/hints.ts";
import { analysed, prefillAndDecode, yaml } from "./deployments.ts";

/** `word «hint»` of each line that has one. */
function shown(text: string): readonly string[] {
  const lines = text.split("\n");
  return hints(analysed(text)).map(({ position, label }) => {
    const before = lines[position.line]?.slice(0, position.character).trim().split(/[\s=]/).at(-1);
    return `${before} «${plain(label).replace(/[\u2009\u00a0]/g, " ")}»`;
  });
}

test("without a GPU only what does not need one", () => {
  const args = ["--tensor-parallel-size=2", "--pipeline-parallel-size=2"];
  expect(shown(yaml({ args, gpus: 8 }))).toEqual(["2 «= 4 GPUs with TP 2»", "8 «4 of 8 idle»"]);
});

test("with a GPU: weights, the model's limit, tokens of cache", () => {
  // Llama-3.1-8B: 8.03 G parameters of 2 B = 15.0 GiB on one GPU.
  const found = shown(yaml({ gpu: "H100", args: ["--gpu-memory-utilization=0.9", "--max-num-seqs=256"] }));
  expect(found).toEqual([
    "meta-llama/Llama-3.1-8B-Instruct «15.0 GiB per GPU, 131,072 tokens at most»",
    expect.stringMatching(/^0\.9 «4\d\d,\d{3} tokens of KV cache»$/),
    expect.stringMatching(/^256 «\d\.\d GiB»$/),
  ]);
});

test("where no utilisation is written, the cache stands behind the GPUs", () => {
  const found = shown(yaml({ gpu: "H100", args: ["--max-model-len=8192"] }));
  expect(found.at(-1)).toMatch(/^1 «KV 5\d\.\d GiB = 4\d\dk tokens»$/);
  expect(found[0]).toBe("meta-llama/Llama-3.1-8B-Instruct «15.0 GiB per GPU»");
});

test("a node label tells its GPU, Shift its default threshold", () => {
  const text = yaml({
    args: ["--tensor-parallel-size=2", "--ulysses-sequence-parallel-size=2", "--enable-shift-parallel"],
    gpus: 4,
  }).replace("      hostIPC: true", "      hostIPC: true\n      nodeSelector:\n        nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3");
  const found = shown(text);
  expect(found).toContain("NVIDIA-H100-80GB-HBM3 «H100-SXM5-80GB»");
  expect(found).toContain("--enable-shift-parallel «threshold 512, default»");
});

test("a range asks for its lines only", () => {
  const text = yaml({ args: ["--tensor-parallel-size=2", "--pipeline-parallel-size=2"], gpus: 8 });
  const range = {
    start: { line: 0, character: 0 },
    end: { line: text.split("\n").findIndex((line) => line.includes("pipeline")), character: 0 },
  };
  expect(hints(analysed(text), range).length).toBe(1);
});

test("two pools: each has its own facts, and none is said twice", () => {
  const found = shown(
    prefillAndDecode(["--max-model-len=16384", "--pipeline-parallel-size=2"], ["--max-model-len=16384", "--gpu-memory-utilization=0.85"]),
  );
  // 15.0 GiB over two stages; the decode pool keeps all of it on its one GPU.
  expect(found.filter((hint) => hint.includes("per GPU"))).toEqual(["meta-llama/Llama-3.1-8B-Instruct «7.5 GiB per GPU»"]);
  expect(found).toContain("2 «= 2 GPUs with TP 1»");
  expect(found).toContainEqual(expect.stringMatching(/^2 «KV \d+\.\d GiB = 1\.\d+M tokens»$/));
  expect(found).toContainEqual(expect.stringMatching(/^0\.85 «\d{3},\d{3} tokens of KV cache»$/));
  expect(new Set(found).size).toBe(found.length - 1);
});
