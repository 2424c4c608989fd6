import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import { type ObservedStart, observedStarts } from "./observed-rows.ts";

const GiB = 2 ** 30;
const shipped = fileURLToPath(new URL("../data/memory-observed.csv", import.meta.url));
const collected = fileURLToPath(new URL("../../../shared/data/reference/memory-observed.csv", import.meta.url));
if (!existsSync(collected)) console.log("The full table of observed starts is not here: only the extract was checked.");

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const off = (predicted: number, logged: number | undefined) => (logged === undefined ? undefined : Math.abs(predicted / logged - 1));

function errors(starts: readonly ObservedStart[]) {
  const rows = starts.map(({ model, pool, logged }) => {
    const plan = memoryPlan(model, pool);
    const first = plan.ranks[0];
    // The logs are of rank 0; the KV bytes logged are its own.
    return {
      weights: off((first?.weightsBytes ?? 0) / GiB, logged.weights_gib),
      kv: off((first?.kvCacheBytes ?? 0) / GiB, logged.kv_gib),
      activation: off((first?.activationBytes ?? 0) / GiB, logged.activation_gib),
      fits: plan.fits,
    };
  });
  const of = (key: "weights" | "kv" | "activation") => rows.map((row) => row[key]).filter((value) => value !== undefined);
  return { weights: of("weights"), kv: of("kv"), activation: of("activation"), fits: rows.map((row) => row.fits) };
}

describe.each([
  ["extract", shipped, 20],
  ["full table", collected, 24],
])("%s of observed starts", (name, path, least) => {
  const starts = existsSync(path) ? observedStarts(path) : [];

  test.runIf(existsSync(path))("weights, activations and KV bytes are near what the engine logged", () => {
    const { weights, kv, activation } = errors(starts);
    console.log(
      `${name}: ${starts.length} starts, median error weights ${(100 * median(weights)).toFixed(2)} %, KV bytes ${(100 * median(kv)).toFixed(2)} %, activations ${(100 * median(activation)).toFixed(2)} %`,
    );
    expect(starts.length).toBeGreaterThanOrEqual(least);
    expect(median(weights)).toBeLessThan(0.005);
    expect(median(kv)).toBeLessThan(0.01);
    expect(kv.filter((error) => error <= 0.05).length / kv.length).toBeGreaterThanOrEqual(0.85);
    expect(median(activation)).toBeLessThan(0.03);
  });

  test.runIf(existsSync(path))("a start that succeeded is never refused", () => {
    expect(errors(starts).fits).not.toContain(false);
  });
});

describe("given the KV bytes", () => {
  const known = observedStarts(shipped).filter(({ logged }) => logged.kv_gib !== undefined && logged.kv_tokens !== undefined);

  test.each(known.map((start) => [start.name, start] as const))(
    "%s: tokens, blocks and concurrency follow",
    (_, { model, pool, logged }) => {
      const { kv_gib = 0, kv_tokens = 0, gpu_blocks = 0, concurrency = 0 } = logged;
      // Pipeline stages leave different room; the log's bytes are those of rank 0, its tokens those of the tightest.
      if (pool.layout.pipeline > 1) return;
      const plan = memoryPlan(model, { ...pool, settings: { ...pool.settings, kvCacheMemoryBytes: kv_gib * GiB } });
      const rounding = 0.005 / kv_gib + 0.0005;
      expect(Math.abs(plan.kvCacheTokens / kv_tokens - 1)).toBeLessThan(rounding);
      expect(Math.abs(plan.kvCacheBlocks / gpu_blocks - 1)).toBeLessThan(rounding);
      expect(Math.abs(plan.maxConcurrency / concurrency - 1)).toBeLessThan(rounding + 0.005 / concurrency);
    },
  );
});
