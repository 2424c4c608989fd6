import { whole } from "../../catalog/quantity.ts";
import type { Load } from "../workload/load.ts";
import type { ClusterPool } from "./cluster.ts";

/** What an engine makes of requests that are too long for it. */
export interface Admissible {
  readonly load: Load;
  readonly warnings: readonly string[];
}

/**
 * An engine refuses a prompt that leaves no room for an answer within its longest context, and ends an answer there. Requests that even an empty
 * cache cannot hold would be preempted for ever; they are left out too.
 */
export function admissible(load: Load, pools: readonly ClusterPool[]): Admissible {
  const most = Math.min(...pools.filter(({ mayDecode }) => mayDecode).map(longestKept));
  // A prefill instance sees the prompt, and makes one token.
  const prompts = pools.filter(({ mayDecode }) => !mayDecode).map((pool) => longestKept(pool) - 1);
  const longestPrompt = Math.max(0, Math.min(most - 1, ...prompts, ...pools.map((pool) => pool.longestPrompt)));
  const count = load.promptTokens.length;
  const outputTokens = load.outputTokens.slice();
  const keep = new Uint8Array(count);
  let refused = 0;
  let clipped = 0;
  for (let r = 0; r < count; r++) {
    const prompt = load.promptTokens[r] as number;
    if (prompt > longestPrompt) {
      if (r < load.measured) refused++;
      continue;
    }
    keep[r] = 1;
    if (prompt + (outputTokens[r] as number) <= most) continue;
    outputTokens[r] = most - prompt;
    if (r < load.measured) clipped++;
  }
  const warnings: string[] = [];
  if (refused > 0)
    warnings.push(
      `${whole(refused)} of ${whole(load.measured)} requests have a prompt of more than ${whole(longestPrompt)} tokens; the engine refuses them, and they are left out.`,
    );
  if (clipped > 0)
    warnings.push(`${whole(clipped)} of ${whole(load.measured)} answers end early, at ${whole(most)} tokens with their prompt.`);
  return { load: keep.includes(0) ? without(load, keep, outputTokens) : { ...load, outputTokens }, warnings };
}

/** Tokens of a sequence that an engine takes and empty caches hold. */
function longestKept({ cache, borrowableBlocks, maxModelLen }: ClusterPool): number {
  return Math.min(maxModelLen, (cache.usableBlocks + borrowableBlocks - cache.stateBlocks) * cache.blockTokens);
}

function without(load: Load, keep: Uint8Array, outputTokens: Int32Array): Load {
  const kept = Array.from(keep.keys()).filter((r) => keep[r] === 1);
  const prefixStart = new Int32Array(kept.length + 1);
  const prefixIds = new Int32Array(load.prefixIds.length);
  kept.forEach((r, to) => {
    const ids = load.prefixIds.subarray(load.prefixStart[r], load.prefixStart[r + 1]);
    prefixIds.set(ids, prefixStart[to]);
    prefixStart[to + 1] = (prefixStart[to] as number) + ids.length;
  });
  const measured = kept.filter((r) => r < load.measured).length;
  return {
    ...load,
    measured,
    warmup: kept.length - measured,
    arrivalSeconds: Float64Array.from(kept, (r) => load.arrivalSeconds[r] as number),
    promptTokens: Int32Array.from(kept, (r) => load.promptTokens[r] as number),
    outputTokens: Int32Array.from(kept, (r) => outputTokens[r] as number),
    prefixStart,
    prefixIds,
    sessions: Int32Array.from(kept, (r) => load.sessions[r] as number),
    // What would follow a request that is left out comes by itself.
    follows: Uint8Array.from(kept, (r) => (r > 0 && keep[r - 1] === 1 ? (load.follows[r] as number) : 0)),
    thinkSeconds: Float64Array.from(kept, (r) => load.thinkSeconds[r] as number),
    classOf: Uint8Array.from(kept, (r) => load.classOf[r] as number),
  };
}
