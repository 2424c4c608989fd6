import { columns } from "../corpus/columns.ts";
import type { MutantResult } from "./run.ts";

export interface Share {
  readonly tried: number;
  readonly noticed: number;
  readonly surprising: number;
}

/** Of the mutants that an engine refuses at least 95 % must be noticed, at most 1 % may bring an error of another kind. */
export function isGoodEnough({ tried, noticed, surprising }: Share): boolean {
  return noticed >= 0.95 * tried && surprising <= 0.01 * tried;
}

export function shareOf(results: readonly MutantResult[]): Share {
  return {
    tried: results.length,
    noticed: results.filter(({ noticed }) => noticed).length,
    surprising: results.filter(({ surprises }) => surprises.length > 0).length,
  };
}

/** Rows of one table: mutants by what was done to them, or by their format. */
export function sharesBy(
  results: readonly MutantResult[],
  key: (one: MutantResult) => string,
  keys: readonly string[],
): (string | number)[][] {
  const row = (name: string, own: readonly MutantResult[]): (string | number)[] => {
    const { tried, noticed, surprising } = shareOf(own);
    return [name, tried, noticed, tried === 0 ? "" : `${((100 * noticed) / tried).toFixed(1)} %`, surprising];
  };
  return [
    ...keys.map((name) =>
      row(
        name,
        results.filter((one) => key(one) === name),
      ),
    ),
    row("all", results),
  ];
}

/** What `npm run mutate` prints. */
export function printed(results: readonly MutantResult[], mutationNames: readonly string[]): string {
  const head = (first: string): (string | number)[] => [first, "mutants", "noticed", "share", "other errors"];
  const formats = [...new Set(results.map(({ format }) => format))].sort();
  return [
    ...columns([head("mutation"), ...sharesBy(results, ({ mutation }) => mutation, mutationNames)]),
    "",
    ...columns([head("format"), ...sharesBy(results, ({ format }) => format, formats)]),
    "",
    ...results
      .filter(({ noticed }) => !noticed)
      .map((one) => `survivor  ${place(one)}; said ${one.said.join(", ") || "nothing new"}; ${one.circumstances.join(", ")}`),
    ...results.flatMap((one) => one.surprises.map((text) => `surprise  ${place(one)}; ${text}`)),
  ].join("\n");
}

function place({ file, line, deployment, mutation, what }: MutantResult): string {
  return `${file}:${line} ${deployment}: ${mutation} (${what})`;
}
