import type { KvTier, KvTiers } from "../../../src/deployment/kv-tiers/kv-tiers.ts";

/** Of the fixtures' model: 131,072 B a token in blocks of 16. */
export const blockBytes = 2 ** 21;

/** A store of so many blocks that reads and writes one block in a millisecond. */
export function tier(parts: Partial<KvTier> & { readonly blocks?: number } = {}): KvTier {
  const { blocks = 1000, ...given } = parts;
  return {
    kind: "dram",
    size: { kind: "bytes", bytes: blocks * blockBytes },
    readBytesPerSecond: blockBytes * 1000,
    writeBytesPerSecond: blockBytes * 1000,
    latencySeconds: 0,
    blockTokens: 0,
    writePolicy: "write-through",
    shared: "engine",
    serverBytesPerSecond: null,
    ...given,
  };
}

export function tiersOf(parts: Partial<KvTiers> = {}): KvTiers {
  return { system: "test", tiers: [tier()], loading: "before-step", leastTokens: 0, takes: "always", keepsAnswers: true, ...parts };
}
