import type { KvShape } from "../../src/memory/kv-shape.ts";

/** A cache whose layers all keep every token, in blocks of so many tokens. */
export function plainShape(blockTokens: number, bytesPerToken: number): KvShape {
  const bytes = blockTokens * bytesPerToken;
  const groups = [{ span: { kind: "context" as const }, times: 1, blockTokens, bytes }];
  return {
    groups,
    blockBytes: bytes,
    blockTokens,
    bytesPerToken,
    tokenFormula: `${bytesPerToken} B`,
    contextRanks: 1,
    start: { groups, counts: "all", spareBytes: 0 },
  };
}
