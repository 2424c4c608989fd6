import type { KvTier } from "../../deployment/kv-tiers/kv-tiers.ts";
import { emptyBatch, type StepModel } from "../../timing/step-model.ts";
import { PromptSeconds } from "../placement/prompt-seconds.ts";

/** The cache of a prompt's first tokens: loaded, or computed. */
export interface ReuseRule {
  readonly tokens: number;
  readonly bytes: number;
  readonly loadSeconds: number;
  readonly computeSeconds: number;
  /** From which rate on a load takes less time, by the pool's own step times; Infinity where none does. */
  readonly paysFrom: number;
  /** The same where nothing but operations at the GPUs' peak counted. */
  readonly paysFromByPeak: number;
}

/** What a store's way is: one engine's rate over all its GPUs. */
type Way = Pick<KvTier, "readBytesPerSecond" | "latencySeconds">;

/** A load of p tokens pays while p · kv / B + latency < T(n) − T(n | p). */
export function reuseRule(model: StepModel, chunkTokens: number, bytesPerToken: number, way: Way, tokens: number): ReuseRule {
  const prompt = new PromptSeconds(model, chunkTokens, model.stages > 1);
  const bytes = tokens * bytesPerToken;
  const computeSeconds = prompt.of(tokens + 1, 0) - prompt.of(tokens + 1, tokens);
  const left = computeSeconds - way.latencySeconds;
  const batch = { ...emptyBatch(), tokens, prefillTokens: tokens, prefillChunks: 1, prefillPairs: (tokens * tokens) / 2 };
  return {
    tokens,
    bytes,
    loadSeconds: bytes / way.readBytesPerSecond + way.latencySeconds,
    computeSeconds,
    paysFrom: left > 0 ? bytes / left : Number.POSITIVE_INFINITY,
    paysFromByPeak: leastRate(bytes, model.flops(batch), model.peakFlops),
  };
}

/** Bytes per second from which on bytes are there sooner than so many operations are done. */
export function leastRate(bytes: number, flops: number, flopsPerSecond: number): number {
  return (flopsPerSecond * bytes) / flops;
}
