import type { LayoutPlan } from "../../src/language/memory-layouts.ts";
import type { PoolMemory } from "../../src/language/memory-overview.ts";
import type { RankMemory } from "../../src/memory/plan.ts";
import { type Piece, pieces } from "../parts/memory-pieces.ts";
import { gib, whole } from "../parts/numbers.ts";
import { listed, words } from "../parts/words.ts";

/** One bar of pieces on the scale of its group. */
export interface PieceBar {
  /** Unique on the page. */
  readonly key: string;
  readonly title: string;
  readonly isStrong: boolean;
  readonly note: string;
  readonly right: string;
  /** Bytes over the budget; 0 where all fits. */
  readonly overBytes: number;
  readonly pieces: readonly Piece[];
  readonly budgetBytes: number;
  readonly budgetWords: string;
  readonly totalBytes: number;
  /** Half the band of where the cache begins. */
  readonly spreadBytes: number;
  /** The bar in one sentence. */
  readonly aria: string;
}

/** Bars with one axis under them. */
export interface BarGroup {
  readonly bars: readonly PieceBar[];
  readonly scale: number;
  /** Of the bar that stands out, else the first; all of a group stand on the same kind of GPU. */
  readonly budget: { readonly bytes: number; readonly text: string };
  readonly total: { readonly bytes: number; readonly text: string };
}

/** A bar longer than this many cards is cut: its words say by how much it is over. */
const longest = 2;

/** A bar for each group of like ranks, the tightest first. */
export function rankBars(pool: PoolMemory, index: number): BarGroup {
  const { ranks, tightest } = pool.plan;
  const order = [...ranks.keys()].sort((a, b) => Number(b === tightest) - Number(a === tightest) || a - b);
  return group(
    order.flatMap((at): PieceBar[] => {
      const rank = ranks[at];
      if (!rank) return [];
      const isTightest = ranks.length > 1 && at === tightest;
      const right = rank.kvCacheBytes < 0 ? "" : words("{0} for KV cache", gib(rank.kvCacheBytes));
      return [bar(`rank-${index}-${at}`, rank, rank.label, isTightest, isTightest ? words("tightest") : "", right)];
    }),
  );
}

/** A bar for each way to share out the same GPUs: its tightest rank. */
export function layoutBars({ layouts }: PoolMemory, index: number): BarGroup {
  return group(
    layouts.flatMap((layout, at): PieceBar[] => {
      const rank = layout.plan.ranks[layout.plan.tightest];
      return rank ? [bar(`layout-${index}-${at}`, rank, layout.title, layout.isThisFile, layoutNote(layout), layoutRight(layout))] : [];
    }),
  );
}

function layoutNote({ isThisFile, losesShift }: LayoutPlan): string {
  return isThisFile ? words("this file") : losesShift ? words("no Shift") : "";
}

function layoutRight({ plan }: LayoutPlan): string {
  if (plan.refusal?.kind === "model-len") return words("one request is too long");
  return words("{0} tokens", whole(plan.kvCacheTokens));
}

function bar(key: string, rank: RankMemory, title: string, isStrong: boolean, note: string, right: string): PieceBar {
  const overBytes = Math.max(0, -rank.kvCacheBytes);
  // An engine that is over its budget stops before it captures graphs beside it.
  const shown = pieces(rank).filter(({ isOutside }) => overBytes === 0 || !isOutside);
  const over = words("{0} over", gib(overBytes));
  return {
    key,
    title,
    isStrong,
    note,
    right: overBytes > 0 ? over : right,
    overBytes,
    pieces: shown,
    budgetBytes: rank.budgetBytes,
    budgetWords: budgetWords(rank),
    totalBytes: rank.totalBytes,
    spreadBytes: rank.kvCacheSpread,
    aria: words(
      "{0}: {1}; budget {2} of {3}; {4}",
      note === "" ? title : `${title}, ${note}`,
      listed(shown.map(({ name, bytes }) => `${name} ${gib(bytes)}`)),
      gib(rank.budgetBytes),
      gib(rank.totalBytes),
      overBytes > 0 ? over : right,
    ),
  };
}

function group(bars: readonly PieceBar[]): BarGroup {
  const totalBytes = Math.max(1, ...bars.map((one) => one.totalBytes));
  const used = Math.max(...bars.map((one) => one.pieces.reduce((sum, { bytes }) => sum + bytes, 0)), 0);
  const named = bars.find(({ isStrong }) => isStrong) ?? bars[0];
  const budgetBytes = named?.budgetBytes ?? 0;
  return {
    bars,
    scale: Math.min(Math.max(totalBytes, used), totalBytes * longest),
    budget: { bytes: budgetBytes, text: named?.budgetWords ?? "" },
    total: { bytes: totalBytes, text: words("card {0}", gib(totalBytes)) },
  };
}

function budgetWords({ budgetBytes, reservedBytes, steps }: RankMemory): string {
  const step = steps.find(({ part }) => part === "budget");
  if (step && reservedBytes > 0) return words("weights and pools {0} = {1}", gib(budgetBytes), step.formula);
  return step ? words("budget {0} = {1}", gib(budgetBytes), step.formula) : words("budget {0}", gib(budgetBytes));
}
