import type { LoadUse, TierUse } from "../../src/simulation/kv-tiers/tiers-use.ts";

/** A store in host memory that a quarter of the prompt tokens were found in, and what its loads were worth. */
export const tier: TierUse = {
  system: "LMCache",
  kind: "dram",
  stores: 1,
  capacityTokens: 81_920,
  capacityBytes: 10 * 2 ** 30,
  peakUsage: 0.5,
  hitTokens: 1000,
  hitRate: 0.25,
  readBytes: 2 ** 30,
  writtenBytes: 2 * 2 ** 30,
  evictedTokens: 0,
  droppedTokens: 0,
  readBytesPerSecond: 5e10,
  writeBytesPerSecond: 5e10,
};
export const load: LoadUse = {
  system: "LMCache",
  loads: 3,
  tokens: 4000,
  bytes: 5e8,
  loadSeconds: 0.02,
  computeSeconds: 0.1,
  savedSeconds: 0.08,
  slower: 0,
  leftTokens: 0,
  paysFromBytesPerSecond: 5e9,
  bytesPerSecond: 2.5e10,
};
