import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Fields, planOfCase } from "./case-plans.ts";

const GiB = 2 ** 30;
const [head = "", ...lines] = readFileSync(new URL("../data/memory-published.csv", import.meta.url), "utf8")
  .trim()
  .split("\n");

/** Fields between commas, quotes doubled within quotes. */
function cells(line: string): readonly string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? "");
}

const names = cells(head);
const rows = lines.map((line) => {
  const values = cells(line);
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""])) as Readonly<Record<string, string>>;
});

/** The smallest set of words that a case takes. */
function planOf({ engine, version, model = "", gpu, tp, settings = "{}" }: (typeof rows)[number]) {
  const written: unknown = JSON.parse(settings);
  const fields: Fields = { engine, engineVersion: version, gpu: gpu || "H200", parallel: { tensor: Number(tp) }, settings: written };
  return planOfCase(model, fields);
}

const having = (...members: readonly string[]) => rows.filter((row) => members.every((member) => row[member]));

describe("starts that logged", () => {
  test.each(having("token_bytes"))("the bytes of a token: $engine $version, $model", (row) => {
    expect(planOf(row).kvBytesPerToken).toBe(Number(row.token_bytes));
  });

  test.each(having("weights_gib"))("weights, within 2 %: $engine $version, $model", (row) => {
    const plan = planOf(row);
    expect(Math.abs((plan.ranks[plan.tightest]?.weightsBytes ?? 0) / GiB / Number(row.weights_gib) - 1)).toBeLessThan(0.02);
  });

  test.each(having("kv_gib", "kv_tokens"))("bytes and tokens that agree with a token's: $engine $version, $model", (row) => {
    expect(Math.abs((Number(row.kv_tokens) * planOf(row).kvBytesPerToken) / GiB / Number(row.kv_gib) - 1)).toBeLessThan(0.002);
  });
});

// Where card, share and version are told too.
test("the pool of a start that tells all is within 2 %", () => {
  const whole = rows.filter(({ engine, gpu, settings, kv_gib }) => engine === "sglang" && gpu && kv_gib && settings !== "{}");
  expect(whole.length).toBeGreaterThan(0);
  for (const row of whole) {
    const plan = planOf(row);
    expect(Math.abs((plan.ranks[plan.tightest]?.kvCacheBytes ?? 0) / GiB / Number(row.kv_gib) - 1)).toBeLessThan(0.02);
  }
});

// What each log tells of its own sum: free after loading less the rest of the share; total less peak.
test("the engines' arithmetic is that of the logs", () => {
  expect(8.37 - (1 - 0.88) * 22.76).toBeCloseTo(5.64, 2);
  expect((119.7 - 113.65 + 0.56) * 0.9).toBeCloseTo(5.95, 2);
  expect((139.81 - 91.46) * 0.85).toBeCloseTo(41.1, 1);
});
