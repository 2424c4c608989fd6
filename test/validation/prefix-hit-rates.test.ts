import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { TierStore } from "../../src/simulation/kv-tiers/tier-store.ts";
import { drawLoad, type Load } from "../../src/simulation/workload/load.ts";
import { parseTrace, traceWorkload } from "../../src/simulation/workload/traces.ts";

// V7: hit rates of Mooncake's conversations in a store of so many tokens, in the order of the trace alone (FAST 2025, table 1 and figure 5).
const path = resolve(import.meta.dirname, "../../../shared/data/traces/mooncake_conversation.jsonl");
const present = existsSync(path);
if (!present) console.log(`The conversation trace is not at ${path}: its hit rates were not counted.`);

function loadOf(text: string): Load {
  const { load, problem } = drawLoad(traceWorkload(parseTrace(text), "conversations"), 1);
  if (!load) throw new Error(problem);
  return load;
}

/** Up to the first that is not there. */
function hitsOf(ids: Int32Array, store: TierStore): number {
  const missed = ids.findIndex((id) => !store.has(id));
  return missed < 0 ? ids.length : missed;
}

/** Shares of blocks and of prompt tokens that are in the store when their request comes. */
function hitRates({ measured, prefixStart, prefixIds, prefixBlockTokens, promptTokens }: Load, capacityTokens: number) {
  const store = new TierStore(Math.floor(capacityTokens / prefixBlockTokens));
  const sums = { hits: 0, blocks: 0, hitTokens: 0, tokens: 0 };
  for (let r = 0; r < measured; r++) {
    const [from, to, prompt] = [prefixStart[r] as number, prefixStart[r + 1] as number, promptTokens[r] as number];
    const ids = prefixIds.subarray(from, to);
    const hits = hitsOf(ids, store);
    // From the end, so that tails are given up before the blocks that lead to them.
    for (const id of ids.slice(0, store.capacity).reverse()) {
      if (store.has(id)) store.use(id, 0);
      else store.put(id, 0, 0);
    }
    sums.hits += hits;
    sums.blocks += to - from;
    sums.hitTokens += Math.min(prompt, hits * prefixBlockTokens);
    sums.tokens += prompt;
  }
  return { ofBlocks: sums.hits / sums.blocks, ofTokens: sums.hitTokens / sums.tokens };
}

describe.runIf(present)("V7: hit rate against the size of the store", () => {
  const load = present ? loadOf(readFileSync(path, "utf8")) : undefined;
  const rates = (capacityTokens: number) => (load ? hitRates(load, capacityTokens) : { ofBlocks: Number.NaN, ofTokens: Number.NaN });

  it("is that of the trace where nothing is given up", () => {
    const { ofBlocks, ofTokens } = rates(Number.POSITIVE_INFINITY);
    expect(ofBlocks).toBeCloseTo(0.3664, 4);
    expect(ofTokens).toBeCloseTo(0.3736, 4);
  });

  it.each([
    [1e5, 0.0417],
    [1e6, 0.0532],
    [3e6, 0.1355],
    [1e7, 0.2852],
    [5e7, 0.3635],
  ])("%d tokens", (capacityTokens, published) => {
    expect(Math.abs(rates(capacityTokens).ofBlocks - published)).toBeLessThan(0.003);
  });

  it("reaches nearly its most with 50 million tokens, and less than half with three", () => {
    const most = rates(Number.POSITIVE_INFINITY).ofBlocks;
    expect(rates(5e7).ofBlocks / most).toBeGreaterThan(0.98);
    expect(rates(3e6).ofBlocks / most).toBeLessThan(0.5);
  });
});
