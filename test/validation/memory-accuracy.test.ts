import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { bars } from "../../scripts/accuracy/bars.ts";
import { holdOut, judgedStarts, memory } from "../../scripts/accuracy/memory.ts";
import { meets, printed } from "../../scripts/accuracy/print.ts";
import { testCatalog } from "../support/catalog.ts";

const committed = resolve(import.meta.dirname, "../data/memory-observed.csv");
const collected = resolve(import.meta.dirname, "../../../shared/data/reference/memory-observed.csv");
if (!existsSync(collected)) console.log(`The full table of observed starts is not at ${collected}: only the committed one was checked.`);

describe.each([
  ["committed", committed],
  ["collected", collected],
])("%s table of observed starts", (_, path) => {
  test.runIf(existsSync(path))("every bar but that of time, which the command holds in a process of its own, is met", () => {
    const { metrics } = judgedStarts(path, testCatalog());
    expect(metrics.filter((metric) => metric.unit !== "ms" && !meets(metric))).toEqual([]);
    expect(Math.min(...metrics.map(({ rows }) => rows))).toBeGreaterThan(0);
  });
});

test("starts that nothing was fitted on: told without a bar, none that ran is called an error, none refused passes", () => {
  const { metrics } = holdOut(resolve(import.meta.dirname, "../data/memory-holdout.csv"), testCatalog());
  expect(metrics.filter(({ name }) => name in bars)).toEqual([]);
  const figure = (name: string): number | undefined => metrics.find((metric) => metric.name === `hold-out, ${name}`)?.value;
  expect(figure("successful starts: called an error")).toBe(0);
  expect(figure("refused starts: not flagged")).toBe(0);
});

test("without its measurements a suite says that it did not run", () => {
  expect(printed([{ suite: memory, result: undefined }], join("no", "where"))).toContain(
    "did not run, reference/memory-observed.csv is not below no/where",
  );
});
