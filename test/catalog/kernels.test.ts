import { describe, expect, test } from "vitest";
import { linkSpokesman, measuredGpus, spokesmen } from "../../src/catalog/kernels.ts";
import { testCatalog } from "../support/catalog.ts";

const catalog = testCatalog();
const gpu = (name: string) => {
  const found = catalog.gpu(name);
  if (!found) throw new Error(`no GPU ${name}`);
  return found;
};

describe("which measured GPUs speak for another", () => {
  const measured = measuredGpus.map(gpu);
  test.each([
    ["H100-SXM5-80GB", "H100-SXM5-80GB H200-SXM"],
    ["H100-PCIe-80GB", "H100-SXM5-80GB H200-SXM"],
    ["GH200-144GB", "H200-SXM H100-SXM5-80GB"],
    ["A100-SXM4-40GB", "A100-SXM4-80GB"],
    ["L4", "L40S RTX-4090"],
    ["RTX-4090", "RTX-4090 L40S"],
    ["RTX-5090", "RTX-PRO-6000-Blackwell-Server"],
    ["GB200", "B200-SXM"],
    ["MI300X", ""],
    ["T4", ""],
  ])("%s: %s", (name, wanted) => {
    const found = spokesmen(gpu(name), measured).map(({ id }) => id);
    expect(found.join(" ")).toBe(wanted);
  });

  // Of a link only those over the same kind: without NVLink the exchanges of an L40S cross the hosts.
  test.each([
    ["H100-SXM5-80GB", "H100-SXM5-80GB"],
    ["H20", "H100-SXM5-80GB"],
    ["H100-PCIe-80GB", "L40S"],
    ["RTX-PRO-6000-Blackwell-Server", "L40S"],
    ["MI300X", ""],
  ])("%s: %s for its links", (name, wanted) => {
    const card = gpu(name);
    expect(linkSpokesman(card, card.scaleUp ?? card.pcie, measured)?.id ?? "").toBe(wanted);
  });
});

describe("the tables", () => {
  test.each(measuredGpus)("%s: rows are sizes and a time, and what a collector's launches hid is left out", (id) => {
    const groups = catalog.kernels(gpu(id))[0]?.groups ?? [];
    expect(groups.length).toBeGreaterThan(2);
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
