import type { Catalog } from "../../src/catalog/catalog.ts";
import { type Fact, factsOf } from "./facts.ts";
import type { IndexEntry } from "./index-entry.ts";
import type { IndexException, KnownMistake, Notes } from "./notes.ts";
import type { Said, Told } from "./told.ts";

/** Codes that set parallel sizes against accelerators. */
const sizeCodes: ReadonlySet<string> = new Set(["gpu-count", "gpu-idle"]);

export interface Judgement {
  readonly entry: IndexEntry;
  readonly told: Told;
  /** Holds the format of the index; undefined where it is not asked (negative, ambiguous). */
  readonly recognised: boolean | undefined;
  readonly facts: readonly Fact[];
  /** Facts in which the index is known to be wrong, with what the tool says. */
  readonly excepted: readonly { readonly fact: Fact; readonly reason: string }[];
  /** Exceptions that no fact needs any more. */
  readonly needless: readonly IndexException[];
  /** Anything said about a file that serves nothing, and engines or size findings in a file without engines. */
  readonly noise: readonly string[];
  /** Errors and size findings that no known mistake explains. */
  readonly unexplained: readonly Said[];
  readonly mistakes: readonly { readonly mistake: KnownMistake; readonly found: boolean }[];
}

/** One file's analysis beside what its index and the notes say. */
export function judge(entry: IndexEntry, told: Told, notes: Notes, catalog: Catalog): Judgement {
  const isJudged = !entry.negative && entry.ambiguous === null;
  const all = isJudged && entry.units > 0 ? factsOf(entry, told, catalog) : [];
  const exceptions = notes.exceptions.filter(({ file }) => file === entry.file);
  const exceptionFor = ({ name }: Fact): IndexException | undefined => exceptions.find(({ field }) => field === name);
  const excepted = all.flatMap((fact) => {
    const exception = fact.outcome === "right" ? undefined : exceptionFor(fact);
    return exception ? [{ fact, reason: exception.reason }] : [];
  });
  const mistakes = notes.mistakes.filter(({ file }) => file === entry.file);
  return {
    entry,
    told,
    recognised: isJudged ? told.formats.includes(entry.format) : undefined,
    facts: all.filter((fact) => !excepted.some((one) => one.fact === fact)),
    excepted,
    needless: exceptions.filter(({ field }) => !excepted.some(({ fact }) => fact.name === field)),
    noise: noise(entry, told),
    unexplained: unexplained(entry, told, mistakes),
    mistakes: mistakes.map((mistake) => ({ mistake, found: [...told.findings, ...told.problems].some((one) => shows(one, mistake)) })),
  };
}

function noise(entry: IndexEntry, { units, findings, problems }: Told): string[] {
  if (entry.ambiguous !== null) return [];
  const sentences = (said: readonly Said[]): string[] => said.map(({ line, code, message }) => `${line}: ${code} ${message}`);
  const engines = units > 0 ? [`${units} engines`] : [];
  if (entry.negative) return [...engines, ...sentences(findings), ...sentences(problems)];
  return entry.units === 0 ? [...engines, ...sentences(findings.filter(({ code }) => code.startsWith("gpu-")))] : [];
}

function unexplained(entry: IndexEntry, told: Told, mistakes: readonly KnownMistake[]): Said[] {
  const grave = told.findings.filter(({ code, severity }) => severity === "error" || sizeCodes.has(code));
  if (mistakes.length === 0 && entry.mistake !== null) return [];
  return grave.filter((one) => !mistakes.some((mistake) => shows(one, mistake)));
}

function shows({ code, line, lastLine }: Said, { codes, firstLine, lastLine: end }: KnownMistake): boolean {
  return codes.includes(code) && line <= end && lastLine >= firstLine;
}
