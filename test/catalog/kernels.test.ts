import { describe, expect, test } from "vitest";
import { measuredGpus, spokesman } from "../../src/catalog/kernels.ts";
import { testCatalog } from "../support/catalog.ts";

const catalog = testCatalog();
const gpu = (name: string) => {
  const found = catalog.gpu(name);
  if (!found) throw new Error(`no GPU ${name}`);
  return found;
};

describe("which measured GPU speaks for another", () => {
  const measured = measuredGpus.map(gpu);
  test.each([
    ["H100-SXM5-80GB", "H100-SXM5-80GB"],
    ["H100-PCIe-80GB", "H100-SXM5-80GB"],
    ["GH200-96GB", "H100-SXM5-80GB"],
    ["A100-SXM4-40GB", "A100-SXM4-80GB"],
    ["L4", "L40S"],
    ["RTX-4090", "L40S"],
    ["GB200", "B200-SXM"],
  ])("%s: %s", (name, wanted) => {
    expect(spokesman(gpu(name), measured)?.id).toBe(wanted);
  });

  test("none for another maker's or an older generation", () => {
    expect(spokesman(gpu("MI300X"), measured)).toBeUndefined();
    expect(spokesman(gpu("T4"), measured)).toBeUndefined();
  });
});

describe("the tables", () => {
  test.each(measuredGpus)("%s: rows are sizes and a time, and what a collector's launches hid is left out", (id) => {
    const groups = catalog.kernels(gpu(id))?.groups ?? [];
    expect(groups.length).toBeGreaterThan(20);
    for (const { table, rows } of groups) {
      expect(new Set(rows.map((row) => row.length)).size, table).toBeLessThanOrEqual(1);
      expect(rows.every((row) => row.every((value) => Number.isFinite(value)) && (row.at(-1) ?? 0) > 0)).toBe(true);
    }
    // A product of one token with a small matrix takes no 50 µs anywhere.
    const small = groups
      .filter(({ table }) => table === "gemm")
      .flatMap(({ rows }) => rows.filter(([m = 0, n = 0, k = 0]) => m <= 16 && n * k <= 2 ** 22));
    expect(Math.max(...small.map((row) => row.at(-1) ?? 0))).toBeLessThan(60);
  });
});
