import { expect, test } from "vitest";
import type { Model } from "../../src/catalog/facts.ts";
import { divisors } from "../../src/deployment/divisors.ts";
import { humanInteger } from "../../src/deployment/human-integer.ts";
import { parseVersion } from "../../src/deployment/version.ts";
import { choicesIn } from "../../src/rules/choices.ts";
import { factsOf, nearestName, presence } from "../../src/rules/flag-table.ts";
import { hasConnector } from "../../src/rules/kv-connectors.ts";
import { derivedLimit } from "../../src/rules/model-len.ts";
import { isDeprecated, leastCapability } from "../../src/rules/quantization-methods.ts";
import { rules } from "../../src/rules/registry.ts";
import { testCatalog } from "../support/catalog.ts";

const version = (text: string) => parseVersion(text) ?? { text, major: 0, minor: 0, patch: 0, post: 0 };

test("1k is 1,000 and 1K is 1,024 (VS18)", () => {
  expect(["8192", "8k", "8K", "1.5k", "-1"].map(humanInteger)).toEqual([8192, 8000, 8192, 1500, -1]);
  expect(["", "8x", "1.5", "k", "8 K"].map(humanInteger)).toEqual([undefined, undefined, undefined, undefined, undefined]);
});

test("a flag is there, not yet, gone, or between two samples", () => {
  const catalog = testCatalog();
  const of = (name: string, text: string) => {
    const facts = factsOf(catalog.flags("vllm"), name);
    return facts && presence(facts, version(text), catalog.flags("vllm"));
  };
  // --disable-log-requests: in 0.16.0, not in 0.18.1; 0.17 was not sampled.
  expect(["0.16.0", "0.17.0", "0.18.1", "0.33.0"].map((text) => of("disable-log-requests", text))).toEqual([
    "present",
    "unsure",
    "removed",
    "removed",
  ]);
  // --nnodes: not in 0.10.2, in 0.11.2.
  expect(["0.10.2", "0.11.0", "0.11.2"].map((text) => of("nnodes", text))).toEqual(["not-yet", "unsure", "present"]);
  expect(factsOf(catalog.flags("vllm"), "tp")?.name).toBe("tensor-parallel-size");
});

test("the words a flag takes follow the release; between two samples either's may do", () => {
  const catalog = testCatalog();
  const of = (name: string, text?: string) => {
    const facts = factsOf(catalog.flags("vllm"), name);
    return facts && choicesIn(facts, text === undefined ? undefined : version(text), catalog.flags("vllm"));
  };
  expect(of("kv-cache-dtype", "0.8.5")).toEqual(["auto", "fp8", "fp8_e4m3", "fp8_e5m2"]);
  expect(of("kv-cache-dtype", "0.10.2")).not.toContain("bfloat16");
  expect(of("kv-cache-dtype", "0.11.0")).toContain("bfloat16");
  expect(of("kv-cache-dtype", "0.33.0")).toBeUndefined();
  // Some release took any word.
  expect(of("kv-cache-dtype")).toBeUndefined();
  expect(of("block-size", "0.16.0")).toEqual(["1", "8", "16", "32", "64", "128", "256"]);
  expect(of("block-size", "0.17.0")).toBeUndefined();
  expect(of("dtype")).toEqual(["auto", "bfloat16", "float", "float16", "float32", "half"]);
});

test("a connector is there, gone, or between two samples", () => {
  const of = (name: string, text: string) => hasConnector(name, version(text));
  expect(["0.9.2", "0.10.0", "0.10.2", "0.14.1", "0.16.0", "0.33.0"].map((text) => of("MooncakeConnector", text))).toEqual([
    true,
    undefined,
    false,
    true,
    true,
    true,
  ]);
  // Before the first sample and after the last nothing is known.
  expect([of("NixlConnector", "0.8.5"), of("NixlConnector", "0.34.0"), of("Unheard", "0.18.1")]).toEqual([undefined, undefined, false]);
});

test("a weight format asks less of the GPU in newer releases (VQ06), and needs a switch while it is deprecated (VQ05)", () => {
  const least = (method: string, text?: string) => leastCapability(method, text === undefined ? undefined : version(text));
  expect([least("fp8", "0.11.2"), least("fp8", "0.14.1"), least("fp8"), least("modelopt", "0.26.0"), least("modelopt", "0.28.0")]).toEqual([
    8, 7.5, 7.5, 8.9, 8,
  ]);
  expect(least("none")).toBeUndefined();
  const deprecated = (text: string) => isDeprecated("experts_int8", version(text));
  expect(["0.11.2", "0.14.1", "0.18.1", "0.22.1"].map(deprecated)).toEqual([false, true, true, false]);
  expect([isDeprecated("fp_quant", undefined), isDeprecated("fp8", undefined)]).toEqual([undefined, false]);
});

test("the nearest name is near, or there is none", () => {
  const names = ["max-num-seqs", "max-num-batched-tokens", "dtype"];
  expect(nearestName("max-num-sequences", names)).toBe("max-num-seqs");
  expect(nearestName("dtipe", names)).toBe("dtype");
  expect(nearestName("chat-template", names)).toBeUndefined();
});

test("sizes that divide all amounts", () => {
  expect(divisors([64], 8)).toEqual([1, 2, 4, 8]);
  expect(divisors([56, 8], 64)).toEqual([1, 2, 4, 8]);
});

test("the longest length follows the rope scaling and the version (VS02)", () => {
  const match = testCatalog().model("meta-llama/Llama-3.1-8B-Instruct");
  if (!match) throw new Error("a known model");
  const model = (type: string, factor: number, originalMaxPositions: number | null): Model => ({
    ...match.model,
    maxPositions: 40_960,
    ropeScaling: { type, factor, originalMaxPositions },
  });
  expect(derivedLimit({ ...match.model, maxPositions: 40_960, ropeScaling: null }, undefined)).toBe(40_960);
  expect(derivedLimit(model("linear", 4, null), undefined)).toBe(163_840);
  expect(derivedLimit(model("llama3", 8, 8192), undefined)).toBe(40_960);
  // YaRN: original × factor up to 0.28.0, the position embeddings as they stand from 0.30.0; unknown = the larger.
  const yarn = model("yarn", 4, 32_768);
  expect([version("0.18.1"), version("0.30.0"), undefined].map((one) => derivedLimit(yarn, one))).toEqual([131_072, 40_960, 131_072]);
});

test("codes are kebab-case, unlike each other, and each rule names facts", () => {
  const codes = rules.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  for (const rule of rules) {
    expect(rule.code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(rule.summary.endsWith(".")).toBe(true);
    expect(rule.facts.length).toBeGreaterThan(0);
    expect(rule.engines.length).toBeGreaterThan(0);
  }
});
