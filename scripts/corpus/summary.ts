import { type FactName, factNames, type Outcome } from "./facts.ts";
import type { Judgement } from "./judge.ts";

export interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly slowestMs: number;
}

export interface Crash {
  readonly file: string;
  readonly stack: string;
}

type Tally = Readonly<Record<Outcome, number>>;

/** One family of formats, or all of them. */
export interface FamilyRow {
  readonly format: string;
  readonly files: number;
  readonly recognised: number;
  readonly facts: Tally;
}

export interface Bar {
  readonly name: string;
  readonly reached: number;
  readonly of: number;
  readonly met: boolean;
}

export interface Summary {
  readonly files: number;
  readonly families: readonly FamilyRow[];
  readonly facts: readonly (readonly [FactName, Tally])[];
  readonly findings: readonly (readonly [string, number])[];
  readonly exceptions: number;
  readonly bars: readonly Bar[];
  readonly cost: Cost;
}

/** Processor time that the whole corpus may take in one process. */
const budgetMs = 5_000;

export function summarise(judgements: readonly Judgement[], crashes: readonly Crash[], cost: Cost): Summary {
  const judged = judgements.filter(({ recognised }) => recognised !== undefined);
  const formats = [...new Set(judged.map(({ entry }) => entry.format))].sort();
  const facts = factNames.map((name) => [name, tally(judged, name)] as const);
  const codes = judgements.flatMap(({ told }) => told.findings.map(({ code, severity }) => `${code} (${severity})`));
  return {
    files: judgements.length + crashes.length,
    families: formats.map((format) =>
      family(
        format,
        judged.filter(({ entry }) => entry.format === format),
      ),
    ),
    facts,
    findings: [...new Set(codes)].sort().map((code) => [code, codes.filter((one) => one === code).length] as const),
    exceptions: sum(judgements, ({ excepted }) => excepted.length),
    bars: bars(judgements, crashes, cost, facts),
    cost,
  };
}

function family(format: string, judged: readonly Judgement[]): FamilyRow {
  return { format, files: judged.length, recognised: judged.filter(({ recognised }) => recognised).length, facts: tally(judged) };
}

/** The sum of families, for the last line of a table. */
export function totalOf(families: readonly FamilyRow[]): FamilyRow {
  const add = (pick: (row: FamilyRow) => number): number => sum(families, pick);
  return {
    format: "all",
    files: add(({ files }) => files),
    recognised: add(({ recognised }) => recognised),
    facts: {
      right: add(({ facts }) => facts.right),
      wrong: add(({ facts }) => facts.wrong),
      "left out": add(({ facts }) => facts["left out"]),
      beyond: add(({ facts }) => facts.beyond),
    },
  };
}

function tally(judged: readonly Judgement[], name?: FactName): Tally {
  const facts = judged.flatMap((one) => one.facts).filter((fact) => name === undefined || fact.name === name);
  const count = (outcome: Outcome): number => facts.filter((fact) => fact.outcome === outcome).length;
  return { right: count("right"), wrong: count("wrong"), "left out": count("left out"), beyond: count("beyond") };
}

function bars(judgements: readonly Judgement[], crashes: readonly Crash[], cost: Cost, facts: Summary["facts"]): Bar[] {
  const judged = judgements.filter(({ recognised }) => recognised !== undefined);
  const silent = (name: string, files: readonly Judgement[]): Bar =>
    all(
      name,
      files.map(({ noise }) => noise.length === 0),
    );
  const files = judgements.length + crashes.length;
  const counted = judgements.filter(({ told }) => told.findings.some(({ code }) => code === "gpu-count")).length;
  return [
    all(
      "files recognised with the format of the index",
      judged.map(({ recognised }) => recognised === true),
    ),
    ...facts.map(([name, { right, wrong, "left out": leftOut }]): Bar => {
      const of = right + wrong + leftOut;
      return { name: `${name} as in the index`, reached: right, of, met: right === of };
    }),
    silent(
      "files that serve nothing: nothing said",
      judgements.filter(({ entry }) => entry.negative),
    ),
    silent(
      "files without engines: no engine and no GPU finding",
      judged.filter(({ entry }) => entry.units === 0),
    ),
    { name: "files read without a crash", reached: judgements.length, of: files, met: crashes.length === 0 },
    {
      name: "files without gpu-count (of 100: at least 99)",
      reached: files - counted,
      of: files,
      met: counted * 100 < files || counted === 0,
    },
    all(
      "files whose errors and size findings are known mistakes",
      judgements.filter(({ entry }) => entry.ambiguous === null).map(({ unexplained }) => unexplained.length === 0),
    ),
    all(
      "known mistakes found at their lines",
      judgements.flatMap(({ mistakes }) => mistakes.map(({ found }) => found)),
    ),
    all(
      "exceptions that are needed",
      judgements.flatMap(({ excepted, needless }) => [...excepted.map(() => true), ...needless.map(() => false)]),
    ),
    {
      name: "ms of processor time for all files",
      reached: Math.round(cost.cpuMs),
      of: budgetMs,
      met: cost.cpuMs <= budgetMs,
    },
  ];
}

function all(name: string, met: readonly boolean[]): Bar {
  const reached = met.filter(Boolean).length;
  return { name, reached, of: met.length, met: reached === met.length };
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
