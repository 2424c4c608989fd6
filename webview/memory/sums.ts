import type { PoolMemory } from "../../src/language/memory-overview.ts";
import type { Derivation, MemoryPlan, RankMemory } from "../../src/memory/plan.ts";
import { basisWords, confidenceWords, marks, type Piece, pieces } from "../parts/memory-pieces.ts";
import type { TableModel } from "../parts/models.ts";
import { blank, figure, gib, whole } from "../parts/numbers.ts";
import { said, unbroken, words } from "../parts/words.ts";

const gibibyte = 2 ** 30;
const twoDecimals = (bytes: number): string => (bytes / gibibyte).toFixed(2);

/** Pieces of the tightest rank with the formula behind each. */
export function pieceTable({ plan }: PoolMemory): TableModel {
  const rank = plan.ranks[plan.tightest];
  const all = rank ? pieces(rank) : [];
  return {
    name: words("Pieces"),
    columns: [
      { title: words("Piece"), numeric: false },
      { title: "GiB", numeric: true },
      { title: words("Because"), numeric: false },
    ],
    swatches: all,
    rows: [
      ...all.map((piece) => [piece.name, twoDecimals(piece.bytes), unbroken(piece.step.formula)]),
      ...(rank && rank.kvCacheBytes < 0 ? [[words("Over the budget"), twoDecimals(-rank.kvCacheBytes), overFormula(rank)]] : []),
    ],
  };
}

function overFormula({ steps }: RankMemory): string {
  return unbroken(steps.find(({ part }) => part === "kv-cache")?.formula ?? "");
}

/** Every piece of every group of ranks, for the twin of the bars. */
export function rankTable(pools: readonly PoolMemory[]): TableModel {
  const columns = pools.flatMap((pool) => pool.plan.ranks.map((rank) => ({ title: titleOf(pool, rank, pools.length), rank })));
  const names = [...new Set(columns.flatMap(({ rank }) => pieces(rank).map(({ name }) => name)))];
  const bytesOf = (rank: RankMemory, name: string): number => pieces(rank).find((piece) => piece.name === name)?.bytes ?? 0;
  const rows: readonly (readonly [string, (rank: RankMemory) => number])[] = [
    [words("What the driver reports"), (rank) => rank.totalBytes],
    [words("Budget"), (rank) => rank.budgetBytes],
    ...names.map((name) => [name, (rank: RankMemory) => bytesOf(rank, name)] as const),
    ...(columns.some(({ rank }) => rank.kvCacheBytes < 0)
      ? [[words("Over the budget"), (rank: RankMemory) => Math.max(0, -rank.kvCacheBytes)] as const]
      : []),
  ];
  return {
    name: words("Memory of each GPU, GiB"),
    columns: [{ title: words("On each GPU"), numeric: false }, ...columns.map(({ title }) => ({ title, numeric: true }))],
    rows: rows.map(([label, pick]) => [label, ...columns.map(({ rank }) => twoDecimals(pick(rank)))]),
    raw: {
      head: ["bytes", ...columns.map(({ title }) => title)],
      rows: () => rows.map(([label, pick]) => [label, ...columns.map(({ rank }) => pick(rank))]),
    },
  };
}

function titleOf(pool: PoolMemory, { label }: RankMemory, pools: number): string {
  return pools === 1 ? label : `${pool.name}, ${label}`;
}

/** Each layout of the same GPUs in one line. */
export function layoutTable({ layouts, gpus }: PoolMemory): TableModel {
  const ranks = layouts.flatMap(({ title, isThisFile, plan }) => {
    const rank = plan.ranks[plan.tightest];
    return rank ? [{ title: isThisFile ? words("{0}, this file", title) : title, rank, plan }] : [];
  });
  return {
    name: words("Layouts of {0} GPUs", gpus),
    columns: [
      { title: words("Layout"), numeric: false },
      { title: words("Weights, GiB"), numeric: true },
      { title: words("KV cache, GiB"), numeric: true },
      { title: words("Over, GiB"), numeric: true, secondary: true },
      { title: words("Tokens"), numeric: true },
    ],
    rows: ranks.map(({ title, rank, plan }) => [
      title,
      twoDecimals(rank.weightsBytes + rank.shiftWeightsBytes),
      twoDecimals(Math.max(0, rank.kvCacheBytes)),
      twoDecimals(Math.max(0, -rank.kvCacheBytes)),
      whole(plan.kvCacheTokens),
    ]),
    raw: {
      head: ["layout", "weights_bytes", "kv_cache_bytes", "kv_cache_tokens"],
      rows: () =>
        ranks.map(({ title, rank, plan }) => [title, rank.weightsBytes + rank.shiftWeightsBytes, rank.kvCacheBytes, plan.kvCacheTokens]),
    },
  };
}

/** One line of the sum, in words. */
export interface SumLine {
  readonly label: string;
  /** `71.27 GiB − 33.83 GiB weights … = 24.39 GiB`. */
  readonly formula: string;
  readonly source: string;
}

/** The sum of one rank from the budget to the tokens, so that it can be checked by hand. */
export function sumLines(rank: RankMemory, plan: MemoryPlan, isTightest: boolean): readonly SumLine[] {
  const lines = rank.steps.map((step) => ({
    label: step.label,
    formula: `${step.formula} = ${resultWords(step)}`,
    source: `${marks[step.confidence]} ${basisWords(step)} · ${step.source}`,
  }));
  return isTightest && plan.kvCacheBlocks > 0 ? [...lines, blocksLine(plan)] : lines;
}

function blocksLine({ kvCacheBlocks, blockTokens, kvCacheTokens }: MemoryPlan): SumLine {
  const product = kvCacheBlocks * blockTokens;
  const blocks = words("{0} blocks of {1} tokens", whole(kvCacheBlocks), whole(blockTokens));
  return {
    label: words("Tokens"),
    formula: product === kvCacheTokens ? `${blocks} = ${words("{0} tokens", whole(kvCacheTokens))}` : blocks,
    source: product === kvCacheTokens ? "" : words("{0} tokens are derived, as the engine prints them", whole(kvCacheTokens)),
  };
}

export function resultWords({ value, unit }: Pick<Derivation, "value" | "unit">): string {
  if (unit !== "B") return `${whole(value)}${blank}${unit}`;
  return Math.abs(value) >= 2 ** 20 ? gib2(value) : `${whole(value)}${blank}B`;
}

function gib2(bytes: number): string {
  return `${twoDecimals(bytes)}${blank}GiB`;
}

/** Words of a piece under the pointer or the focus. */
export function pieceWords(piece: Piece, totalBytes: number): { readonly strong: string; readonly share: string; readonly source: string } {
  const { step } = piece;
  return {
    strong: `${piece.name}, ${gib(piece.bytes)}`,
    share: [spreadWords(step), words("{0} of the card", `${figure((piece.bytes / totalBytes) * 100)}${blank}%`)]
      .filter((part) => part !== "")
      .join(" · "),
    source: `${marks[step.confidence]} ${basisWords(step)} · ${step.source}`,
  };
}

/** `± 0.9 GiB`; nothing where the engine's arithmetic leaves nothing open. */
export function spreadWords({ spread }: Pick<Derivation, "spread">): string {
  return spread > 0 ? `±${blank}${gib(spread, spread < 0.95 * gibibyte ? 2 : 1)}` : "";
}

/** Each term with what it rests on and how far nine of ten logged starts lie from it. */
export function certaintyTable({ plan }: PoolMemory): TableModel {
  const rank = plan.ranks[plan.tightest];
  return {
    name: words("How sure this is"),
    columns: [
      { title: words("Part"), numeric: false },
      { title: words("Basis"), numeric: false },
      { title: words("Source"), numeric: false, secondary: true },
      { title: "±\u00a0GiB", numeric: true },
    ],
    rows: (rank ? pieces(rank) : []).map(({ name, step }) => [
      `${marks[step.confidence]} ${name}`,
      basisWords(step),
      step.source,
      step.spread > 0 ? twoDecimals(step.spread) : words("exact"),
    ]),
  };
}

/** `KV cache: fitted on start-up logs, ± 0.9 GiB`: the whole before its parts; as sure as its worst term above 2 % of the card. */
export function totalWords({ plan }: PoolMemory): string {
  const rank = plan.ranks[plan.tightest];
  if (!rank) return "";
  const cache = rank.steps.find(({ part }) => part === "kv-cache");
  const basis = `${marks[plan.confidence]} ${cache ? basisWords(cache) : confidenceWords(plan.confidence)}`;
  const spread = spreadWords({ spread: rank.kvCacheSpread });
  return spread === "" ? words("KV cache: {0}", basis) : words("KV cache: {0}, {1}", basis, spread);
}

/** What else bears on the sum: measured parts and those that no longer hold, sizes taken from the model's family. */
export function remarks({ measured, isModelApproximate }: PoolMemory): readonly string[] {
  return [
    ...(measured
      ? [`${said(measured.used)}.`, ...measured.predicted.map(({ terms, why }) => words("Predicted again: {0}; {1}.", terms, said(why)))]
      : []),
    ...(isModelApproximate ? [words("The model's sizes are those of its family: its own config was not found.")] : []),
  ];
}

/** `8 ranks alike`, `3 groups of ranks`. */
export function ranksWords({ ranks }: MemoryPlan): string {
  const count = ranks.reduce((sum, rank) => sum + rank.ranks, 0);
  if (ranks.length > 1) return words("{0} groups of ranks, GiB on each GPU", ranks.length);
  return count === 1 ? words("GiB on one GPU") : words("{0} ranks alike, GiB on each GPU", count);
}

/** `Memory · vLLM 0.11.0 arithmetic, ± 2 % of the card`. */
export function engineWords({ engine, plan }: PoolMemory): string {
  const rank = plan.ranks[plan.tightest];
  const share = rank ? (rank.kvCacheSpread / rank.totalBytes) * 100 : 0;
  if (share <= 0) return words("Memory · {0} arithmetic", engine);
  return words("Memory · {0} arithmetic, ± {1} of the card", engine, `${share < 9.95 ? share.toFixed(1) : share.toFixed(0)}${blank}%`);
}
