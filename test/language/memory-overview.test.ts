import { describe, expect, test } from "vitest";
import { type MemoryOverview, memoryOverview } from "../../src/language/memory-overview.ts";
import { testCatalog } from "../support/catalog.ts";
import { only, prefillAndDecode, yaml } from "./deployments.ts";

const h100 = "H100-SXM5-80GB";
const large = "meta-llama/Llama-3.3-70B-Instruct";

function overview(text: string): MemoryOverview {
  const made = memoryOverview(only(text), testCatalog());
  if (!made) throw new Error("too little is known");
  return made;
}

function titles(text: string): readonly string[] {
  return overview(text).pools.flatMap(({ layouts }) => layouts.map(({ title, isThisFile }) => (isThisFile ? `[${title}]` : title)));
}

describe("layouts of the same GPUs", () => {
  test("trade tensor for pipeline parallelism", () => {
    expect(titles(yaml({ model: large, gpu: h100, gpus: 8, args: ["--tensor-parallel-size=4", "--pipeline-parallel-size=2"] }))).toEqual([
      "TP 1 × PP 8",
      "TP 2 × PP 4",
      "[TP 4 × PP 2]",
      "TP 8",
    ]);
  });

  test("trade tensor for sequence parallelism where the file uses it, and lose Shift with its last rank", () => {
    const text = yaml({
      model: large,
      gpu: h100,
      gpus: 8,
      image: "vllm/vllm-openai:v0.11.0",
      args: ["--tensor-parallel-size=4", "--ulysses-sequence-parallel-size=2", "--enable-shift-parallel", "--shift-parallel-threshold=256"],
    });
    expect(titles(text)).toEqual(["TP 1 × SP 8", "TP 2 × SP 4", "[TP 4 × SP 2]", "TP 8 × SP 1"]);
    expect(overview(text).pools[0]?.layouts.map(({ losesShift }) => losesShift)).toEqual([false, false, false, true]);
  });

  test("leave out what does not divide the heads", () => {
    // 64 heads: neither 3 nor 6 ranks.
    expect(titles(yaml({ model: large, gpu: h100, gpus: 6, args: ["--tensor-parallel-size=2", "--pipeline-parallel-size=3"] }))).toEqual([
      "TP 1 × PP 6",
      "[TP 2 × PP 3]",
    ]);
  });

  test("are one for a single GPU", () => {
    expect(titles(yaml({ gpu: h100 }))).toEqual(["[TP 1]"]);
  });
});

describe("overview", () => {
  test("says each pool, its engine and its GPUs", () => {
    const { pools } = overview(prefillAndDecode(["--tensor-parallel-size=2"], []));
    expect(pools.map(({ name, role, engine, gpus }) => [name, role, engine, gpus])).toEqual([
      ["llama-prefill", "prefill", "vLLM 0.11.0", 2],
      ["llama-decode", "decode", "vLLM 0.11.0", 1],
    ]);
  });

  test("knows token counts that are derived", () => {
    expect(overview(yaml({ gpu: h100 })).pools[0]?.hasDerivedTokens).toBe(false);
    expect(overview(yaml({ gpu: h100, model: "openai/gpt-oss-20b" })).pools[0]?.hasDerivedTokens).toBe(true);
  });

  test("carries the engine's own words where it would stop, and counts errors of another kind", () => {
    const { pools, otherErrors } = overview(yaml({ model: large, gpu: h100, args: ["--max-model-len=32768", "--disable-log-requests"] }));
    expect(pools[0]?.refusal?.isSure).toBe(true);
    expect(pools[0]?.refusal?.words.text).toContain("No available memory for the cache blocks");
    expect(otherErrors).toBe(1);
  });

  test("lists what nobody wrote down, as far as memory rests on it", () => {
    const assumed = overview(yaml({ gpu: h100, image: "vllm/vllm-openai" })).assumed.map(({ what }) => what);
    expect(assumed).toContain("engineVersion");
    expect(assumed).not.toContain("workload");
  });

  test("is not made while something is unknown", () => {
    expect(memoryOverview(only(yaml()), testCatalog())).toBeUndefined();
  });
});
