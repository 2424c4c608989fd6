import type { Derivation, MemoryPlan, RankMemory } from "../../src/memory/plan.ts";
import { pieces as memoryPieces } from "../parts/memory-pieces.ts";
import type { Bar, Segment, TableModel } from "../parts/models.ts";
import { duration, figure, gib, whole } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";

const gibibyte = 2 ** 30;
const plainGib = (bytes: number): string => (bytes / gibibyte).toFixed(1);

/** Pieces of one rank in the order of the bar, as on the memory page. */
export function pieces(rank: RankMemory): Segment[] {
  return memoryPieces(rank).map(({ name, series, bytes }) => ({ name, series, value: bytes, text: plainGib(bytes) }));
}

/** One bar a group of like ranks, the tightest first. */
export function memoryBars({ ranks, tightest }: MemoryPlan): Bar[] {
  const order = [...ranks.keys()].sort((a, b) => Number(b === tightest) - Number(a === tightest) || a - b);
  const scale = Math.max(...ranks.map((rank) => Math.max(rank.totalBytes, used(rank))), 1);
  return order.flatMap((index) => {
    const rank = ranks[index];
    if (!rank) return [];
    const over = rank.kvCacheBytes < 0;
    const several = ranks.length > 1;
    return [
      {
        title: several ? rank.label : "",
        strong: several && index === tightest,
        note: several && index === tightest ? words("tightest") : "",
        right: over ? words("{0} over", gib(-rank.kvCacheBytes)) : several ? words("{0} for KV cache", gib(rank.kvCacheBytes)) : "",
        rightNote: "",
        scale,
        segments: pieces(rank),
        budget: { value: rank.budgetBytes, text: budgetWords(rank) },
        end: over ? null : { value: rank.totalBytes, text: plainGib(rank.totalBytes) },
        aria: words(
          "{0}: {1}; budget {2} of {3}",
          rank.label,
          pieces(rank)
            .map(({ name, value }) => `${name} ${gib(value)}`)
            .join(", "),
          gib(rank.budgetBytes),
          gib(rank.totalBytes),
        ),
      },
    ];
  });
}

function used(rank: RankMemory): number {
  return pieces(rank).reduce((sum, { value }) => sum + value, 0);
}

function budgetWords({ budgetBytes, totalBytes }: RankMemory): string {
  return words("budget {0} = {1} × {2}", gib(budgetBytes), (budgetBytes / totalBytes).toFixed(2), plainGib(totalBytes));
}

/** Pieces of the tightest rank. */
export function memoryTable(plan: MemoryPlan): TableModel {
  const rank = plan.ranks[plan.tightest];
  const all = rank ? pieces(rank) : [];
  return {
    name: words("Memory of each GPU"),
    columns: [
      { title: words("Piece"), numeric: false },
      { title: "GiB", numeric: true },
      { title: words("Share of the GPU"), numeric: true, secondary: true },
    ],
    swatches: all,
    rows: all.map(({ name, value, text }) => [name, text, `${figure((value / (rank?.totalBytes ?? 1)) * 100)}\u00a0%`]),
    raw: { head: ["piece", "bytes"], rows: () => all.map(({ name, value }) => [name, value]) },
  };
}

/** `KV cache holds 639,360 tokens` and how many of the longest requests that is. */
export function capacityWords(plan: MemoryPlan): readonly [strong: string, rest: string] {
  if (plan.kvCacheTokens <= 0) return ["", words("No room is left for a KV cache.")];
  return [words("{0} tokens", whole(plan.kvCacheTokens)), words("{0} of the longest requests at once", figure(plan.maxConcurrency))];
}

/** The sum a person can check, formula by formula. */
export function formulas({
  ranks,
  tightest,
}: MemoryPlan): readonly { readonly label: string; readonly formula: string; readonly source: string }[] {
  return (ranks[tightest]?.steps ?? []).map((step) => ({
    label: step.label,
    formula: `${step.formula} = ${result(step)}`,
    source: step.source,
  }));
}

function result({ value, unit }: Derivation): string {
  switch (unit) {
    case "B":
      return Math.abs(value) >= 2 ** 20 ? gib(value) : `${whole(value)}\u00a0B`;
    case "tokens":
      return `${whole(value)}\u00a0tokens`;
    case "s":
      return duration(value);
    case "FLOP":
      return `${figure(value)}\u00a0FLOP`;
  }
}

/** `8 ranks alike`, `3 groups of ranks`. */
export function ranksWords({ ranks }: MemoryPlan): string {
  const count = ranks.reduce((sum, rank) => sum + rank.ranks, 0);
  if (ranks.length === 1) return count === 1 ? "1 rank" : words("{0} ranks alike", count);
  return words("{0} groups of ranks", ranks.length);
}
