import type { RunningServer, Told } from "../running/running-server.ts";
import type { Drift, DriftSite } from "./drift.ts";
import { driftRow } from "./drift-row.ts";

/** Our own figures count as close within this share. */
const closeShare = 0.03;

/** The capacity that the memory model predicts beside the one that the engine has. */
export function memoryDrift({ cache }: RunningServer, site: DriftSite): readonly Drift[] {
  const { plan, settledPool } = site;
  if (!plan || !settledPool) return [];
  const { decodeContext, prefillContext } = settledPool.layout;
  return [
    row(site, "KV cache blocks", plan.kvCacheBlocks, cache.blocks),
    row(site, "KV cache tokens", plan.kvCacheTokens, effective(cache.tokens, decodeContext * prefillContext)),
  ];
}

/** Ranks that share a context hold each their part of every sequence. */
function effective(tokens: Told<number> | null, ranks: number): Told<number> | null {
  return tokens?.isPerRank ? { ...tokens, value: tokens.value * ranks } : tokens;
}

function row(site: DriftSite, setting: string, predicted: number, server: Told<number> | null): Drift {
  const off = server === null ? 0 : Math.abs(predicted - server.value);
  const verdict = server === null ? "not-offered" : off === 0 ? "equal" : off <= closeShare * server.value ? "close" : "different";
  return driftRow(site, { setting, file: String(predicted), server, verdict, predicted: true });
}
