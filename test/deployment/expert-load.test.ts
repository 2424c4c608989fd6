import { describe, expect, it } from "vitest";
import { readCase } from "../../src/deployment/case.ts";
import { settle } from "../../src/deployment/settle.ts";
import { testCatalog } from "../support/catalog.ts";
import { poolOf } from "../timing/pools.ts";
import { readText } from "./support.ts";

const experts = { model: "Qwen/Qwen3-30B-A3B", gpu: "H100-SXM5-80GB", pools: [{ parallel: { attentionData: 8, expert: 8 } }] };
const problem = (expertLoad: unknown): string | undefined =>
  readCase({ id: "c", deployment: { ...experts, expertLoad } }, { catalog: testCatalog() }).error?.message;

describe("how unevenly experts are chosen", () => {
  it("is read of a case, for all pools or one", () => {
    expect(poolOf({ ...experts, expertLoad: { zipf: 0.8 } }).pool.expertLoad).toEqual({ kind: "zipf", exponent: 0.8 });
    const own = { ...experts, expertLoad: { zipf: 0.8 }, pools: [{ ...experts.pools[0], expertLoad: { factor: 1.5 } }] };
    expect(poolOf(own).pool.expertLoad).toEqual({ kind: "factor", factor: 1.5 });
    expect(poolOf({ ...experts, expertLoad: { shares: [3, 1] } }).pool.expertLoad).toEqual({ kind: "shares", layers: [[3, 1]] });
    const layers = [
      [3, 1],
      [1, 2],
    ];
    expect(poolOf({ ...experts, expertLoad: { shares: layers } }).pool.expertLoad).toEqual({ kind: "shares", layers });
    expect(poolOf(experts).pool.expertLoad).toBeUndefined();
  });

  it("means nothing to a model without experts", () => {
    expect(poolOf({ expertLoad: { zipf: 0.8 } }).pool.expertLoad).toBeUndefined();
  });

  it.each([
    [{}, "“expertLoad” must hold one of zipf, shares, factor."],
    [{ zipf: 1, factor: 2 }, "“expertLoad” must hold one of zipf, shares, factor."],
    [{ factor: 0.5 }, "“factor” must be a number from 1 to 1024."],
    [{ shares: [0, 0] }, "“shares” must be a list of numbers from 0 up, one an expert, or such a list for each layer."],
    ["even", "“expertLoad” must be an object."],
  ])("is refused where it is %j", (written, words) => {
    expect(problem(written)).toBe(words);
  });

  it("is read of a directive", () => {
    const file = (directive: string): string =>
      `# inference-lens: gpu=H100 ${directive}\nservices:\n  a:\n    image: vllm/vllm-openai:v0.19.0\n    command: --model Qwen/Qwen3-30B-A3B\n`;
    const { deployments, problems } = readText(file("expert-load=zipf:0.5"));
    const [deployment] = deployments;
    expect(problems).toEqual([]);
    expect(deployment && settle(deployment, testCatalog()).settled?.pools[0]?.expertLoad).toEqual({ kind: "zipf", exponent: 0.5 });
    expect(readText(file("expert-load=uneven")).problems).toHaveLength(1);
  });
});
