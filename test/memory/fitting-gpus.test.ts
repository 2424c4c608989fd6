import { describe, expect, test } from "vitest";
import { shortGpuName } from "../../src/catalog/gpu-names.ts";
import { fittingGpus } from "../../src/memory/fitting-gpus.ts";
import { testCatalog } from "../support/catalog.ts";
import { formatOf } from "./plain-pool.ts";
import { model, version } from "./pools.ts";

const common = testCatalog().commonGpus();
const labels = (id: string) => {
  const known = model(id);
  return fittingGpus(known, formatOf(known), common, { version: version("0.20.0") }).map((fit) => fit.label);
};

describe("GPUs that would do", () => {
  test("a 70B in 16 bit: 131 GiB of weights", () => {
    expect(labels("meta-llama/Llama-3.3-70B-Instruct").slice(0, 4)).toEqual(["4 × H100-80GB", "2 × H200", "4 × A100-80GB", "1 × B200"]);
  });

  test("an 8B fits one of each", () => {
    expect(labels("meta-llama/Llama-3.1-8B-Instruct").slice(0, 3)).toEqual(["1 × H100-80GB", "1 × H200", "1 × A100-80GB"]);
  });

  test("a size that the heads do not divide by is not offered", () => {
    // 28 heads: 1, 2, 4, not 8.
    const qwen = model("Qwen/Qwen2.5-7B-Instruct");
    expect(fittingGpus(qwen, formatOf(qwen), common, { version: version("0.20.0"), gpus: 8 })).toEqual([]);
  });

  test("what fits nowhere proposes nothing", () => {
    expect(labels("deepseek-ai/DeepSeek-V3").every((label) => /H200|B200/.test(label))).toBe(true);
  });

  test.each([
    ["H100-SXM5-80GB", "H100-80GB"],
    ["B200-SXM", "B200"],
    ["A100-PCIE-80GB", "A100-80GB"],
    ["L40S", "L40S"],
  ])("%s is written %s", (id, name) => {
    expect(shortGpuName(id)).toBe(name);
  });
});
