import { describe, expect, test } from "vitest";
import { readGpus } from "../../src/deployment/read-gpus.ts";
import { withGpuDescribed } from "../../src/deployment/write-gpu.ts";
import { testCatalog } from "../support/catalog.ts";

const catalog = testCatalog();

function described(existing: string, name: string, near?: string): string {
  const text = withGpuDescribed(existing, name, near === undefined ? undefined : catalog.gpu(near));
  if (text === undefined) throw new Error("refused");
  return text;
}

const names = (text: string) => {
  const { gpus, problems } = readGpus(text, catalog, "gpus.yaml");
  expect(problems).toEqual([]);
  return gpus.map(({ gpu }) => gpu.id);
};

describe("a GPU to be filled in", () => {
  test.each(catalog.gpus().map(({ id }) => [id]))("like %s reads back as it", (id) => {
    const near = catalog.gpu(id);
    const [own] = readGpus(described("", "Mine", id), catalog, "gpus.yaml").gpus;
    expect(own?.like).toBe(near);
    expect(own && own.gpu.memoryBytes / (near?.memoryBytes ?? 0)).toBeCloseTo(1, 3);
    expect(own && own.gpu.memoryBytesPerSecond / (near?.memoryBytesPerSecond ?? 0)).toBeCloseTo(1, 3);
    expect(own?.gpu.scaleUp?.bytesPerSecond).toBe(near?.scaleUp?.bytesPerSecond);
    expect(own?.gpu.scaleUpGpus).toBe(near?.scaleUpGpus);
  });

  test("by the data sheet alone", () => {
    expect(names(described("", "Acme X1"))).toEqual(["Acme-X1"]);
  });

  test("comments that are uncommented are right too", () => {
    const text = described("", "Mine", "H100").replaceAll(/^( +)# (aliases|usable|interNode|computeCapability|watts)/gm, "$1$2");
    expect(names(text)).toEqual(["Mine"]);
  });

  test("stands behind those that are there, and what a person wrote stays", () => {
    const before = "# ours\n- name: A # first\n  like: H100\n";
    const text = described(before, "B", "L4");
    expect(text.startsWith(before)).toBe(true);
    expect(names(text)).toEqual(["A", "B"]);
    expect(names(described("- { name: A, like: H100 }", "B", "L4"))).toEqual(["A", "B"]);
  });

  test("one that stood alone becomes the first of a list", () => {
    const text = described("# ours\n\nname: A # first\nlike: H100\nflops:\n  bf16: 1 PFLOPS\n", "B", "L4");
    expect(text.startsWith("# ours\n\n- name: A # first\n  like: H100\n  flops:\n    bf16: 1 PFLOPS\n- name: ")).toBe(true);
    expect(names(text)).toEqual(["A", "B"]);
  });

  test.each(["- {", "[{ name: A, like: H100 }]", "{ name: A, like: H100 }", "words\n"])("%j is left alone", (existing) => {
    expect(withGpuDescribed(existing, "B", undefined)).toBeUndefined();
  });
});
