import type { Pool } from "../../src/deployment/deployment.ts";
import { plain } from "../../src/deployment/message.ts";
import { LineMap } from "../../src/deployment/text.ts";
import { applyEdits } from "../../src/language/edits.ts";
import type { Analysis } from "../../src/language/results.ts";
import type { Mutant, Mutation, Site } from "./mutation.ts";

export interface MutantResult {
  readonly file: string;
  readonly format: string;
  readonly deployment: string;
  /** The whole file as it was broken. */
  readonly text: string;
  readonly mutation: string;
  readonly what: string;
  /** First line that differs, from 1. */
  readonly line: number;
  readonly noticed: boolean;
  /** What keeps a rule from being sure: why a survivor may have been let through. */
  readonly circumstances: readonly string[];
  /** `CODE: message` of errors outside the expected codes that the file did not have. */
  readonly surprises: readonly string[];
  /** `CODE (severity)` of what is said that was not said before. */
  readonly said: readonly string[];
}

/** Makes one mutant and reads it; undefined where the mutation does not apply or cannot be written. */
export function tryMutation(
  mutation: Mutation,
  site: Site,
  before: Analysis,
  analyse: (text: string) => Analysis,
): MutantResult | undefined {
  const mutant = mutation.make(site);
  const text = mutant && mutatedText(mutant, site, analyse);
  if (!mutant || text === undefined || text === site.text) return undefined;
  const after = analyse(text);
  const pool = samePool(site, after);
  if (pool && mutation.isTaken?.(pool)) return undefined;
  const fresh = unlike(before, after);
  const expected = new Set(mutation.expected);
  const explained = new Set([...mutation.expected, ...(mutation.follows ?? [])]);
  const counts = (analysis: Analysis, code: string): number =>
    analysis.findings.filter((one) => one.code === code && one.severity === "error").length;
  const surprises = fresh.filter(
    ({ code, severity }) => severity === "error" && !explained.has(code) && counts(after, code) > counts(before, code),
  );
  return {
    file: site.file,
    format: site.format,
    deployment: site.deployment.id,
    text,
    mutation: mutation.name,
    what: mutant.what,
    line: firstDifference(site.text, text),
    noticed: fresh.some(({ code }) => expected.has(code)),
    circumstances: circumstances(site),
    surprises: surprises.map(({ code, message }) => `${code}: ${plain(message)}`),
    said: fresh.map(({ code, severity }) => `${code} (${severity})`),
  };
}

function circumstances({ deployment: { launcher }, pool: { engine }, version }: Site): string[] {
  return [
    launcher === null ? "" : `started by ${launcher}`,
    version ? `version ${version.text}` : "version not said",
    engine.complete ? "" : "flags may come from elsewhere",
    engine.site?.style === "mapping" ? "flags in a mapping" : "",
    [...engine.flags.keys()].some((name) => /^data-parallel-(rank|start-rank|size-local|address|.*-lb)$/.test(name))
      ? "part of a data-parallel group"
      : "",
  ].filter((words) => words !== "");
}

/** Step after step, each on the text as it reads by then. */
function mutatedText({ changes }: Mutant, site: Site, analyse: (text: string) => Analysis): string | undefined {
  let { text, pool } = site;
  for (const [i, change] of changes.entries()) {
    if (i > 0) {
      const same = samePool(site, analyse(text));
      if (!same) return undefined;
      pool = same;
    }
    const edits = change(pool);
    const edited = edits && applyEdits(text, edits);
    if (edited === undefined) return undefined;
    text = edited;
  }
  return text;
}

function samePool({ deployment, pool }: Site, { deployments }: Analysis): Pool | undefined {
  const same = deployments.find((one) => one.deployment.id === deployment.id)?.deployment;
  return same?.pools[deployment.pools.indexOf(pool)];
}

/** Findings with words that the file did not say, as often as they are new. */
function unlike(before: Analysis, after: Analysis): Analysis["findings"] {
  const key = ({ code, severity, message }: Analysis["findings"][number]): string =>
    JSON.stringify([code, severity, message.text, message.args]);
  const left = new Map<string, number>();
  for (const one of before.findings) left.set(key(one), (left.get(key(one)) ?? 0) + 1);
  return after.findings.filter((one) => {
    const known = left.get(key(one)) ?? 0;
    left.set(key(one), known - 1);
    return known <= 0;
  });
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return new LineMap(a).position(at).line + 1;
}
