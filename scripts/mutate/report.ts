import { columns, markdownTable } from "../columns.ts";
import type { Mutation } from "./mutation.ts";
import type { MutantResult } from "./run.ts";

const shareHead = ["mutants", "noticed", "share", "other errors"];

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

function byMutation(results: readonly MutantResult[], mutations: readonly Mutation[]): (string | number)[][] {
  const names = mutations.map(({ name }) => name);
  return [["mutation", ...shareHead], ...sharesBy(results, ({ mutation }) => mutation, names)];
}

function byFormat(results: readonly MutantResult[]): (string | number)[][] {
  const formats = [...new Set(results.map(({ format }) => format))].sort();
  return [["format", ...shareHead], ...sharesBy(results, ({ format }) => format, formats)];
}

/** docs/mutations.md: numbers, and what each mutation is refused for. */
export function page(results: readonly MutantResult[], mutations: readonly Mutation[]): string {
  return [
    "# What is broken is noticed",
    "",
    "Written by `npm run mutate -- --write-docs`. Published deployments and the project's own are broken in ways that their engine refuses, one at a time, by an edit of the very word that was read. Noticed = one of the expected findings is new; other errors = mutants that bring an error of another kind. The bars: 95 in 100 noticed, at most 1 in 100 with another error.",
    "",
    ...markdownTable(byMutation(results, mutations)),
    "",
    ...markdownTable(byFormat(results)),
    "",
    "## Why each is refused",
    "",
    ...markdownTable([
      ["mutation", "refused by", "expected"],
      ...mutations.map(({ name, refusal, expected }) => [name, refusal, expected.join(", ")]),
    ]),
    "",
  ].join("\n");
}

/** What `npm run mutate` prints. */
export function printed(results: readonly MutantResult[], mutations: readonly Mutation[]): string {
  return [
    ...columns(byMutation(results, mutations)),
    "",
    ...columns(byFormat(results)),
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
