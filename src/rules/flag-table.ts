import type { FlagFacts, FlagTable } from "../catalog/facts.ts";
import type { Flag } from "../deployment/deployment.ts";
import { compareVersions, parseVersion, type Version } from "../deployment/version.ts";
import type { Finding, RuleContext } from "./rule.ts";

const indexes = new WeakMap<FlagTable, ReadonlyMap<string, FlagFacts>>();

/** A flag's facts by its canonical name or an alias. */
export function factsOf(table: FlagTable, name: string): FlagFacts | undefined {
  let index = indexes.get(table);
  if (!index) {
    const entries = new Map<string, FlagFacts>();
    for (const facts of table.flags) for (const alias of facts.aliases) entries.set(alias.replace(/^-+/, ""), facts);
    for (const facts of table.flags) entries.set(facts.name, facts);
    index = entries;
    indexes.set(table, index);
  }
  return index.get(name);
}

/** Whether a version has a flag. The tables are samples: between two of them it is `unsure`. */
export type Presence = "present" | "not-yet" | "removed" | "unsure";

export function presence(facts: FlagFacts, version: Version, table: FlagTable): Presence {
  if (facts.firstSeen === null) return "unsure";
  const first = parseVersion(facts.firstSeen);
  const removed = facts.removedBy === null ? undefined : parseVersion(facts.removedBy);
  if (removed && compareVersions(version, removed) >= 0) return "removed";
  const last = facts.removedBy === null ? undefined : sampleBefore(table, facts.removedBy);
  if (last && compareVersions(version, last) > 0) return "unsure";
  if (!first || compareVersions(version, first) >= 0) return "present";
  const absent = facts.absentIn === null ? undefined : parseVersion(facts.absentIn);
  return absent && compareVersions(version, absent) <= 0 ? "not-yet" : "unsure";
}

function sampleBefore(table: FlagTable, sample: string): Version | undefined {
  const before = table.versions[table.versions.indexOf(sample) - 1];
  return before === undefined ? undefined : parseVersion(before);
}

/** Names that a version may have: present or unsure. */
export function namesIn(table: FlagTable, version: Version): readonly string[] {
  return table.flags.flatMap((facts) => (["present", "unsure"].includes(presence(facts, version, table)) ? [facts.name] : []));
}

/** The known name that is nearest to a misspelt one, if any is near. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  return nearestWithin(Math.max(2, Math.floor(name.length * 0.35)), name, names);
}

/** The known name that a slip or two of the keys make of this one. */
export function misspeltName(name: string, names: readonly string[]): string | undefined {
  return name.length < 8 ? undefined : nearestWithin(2, name, names);
}

function nearestWithin(most: number, name: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = most + 1;
  for (const candidate of names) {
    if (Math.abs(candidate.length - name.length) >= least) continue;
    const away = distance(name, candidate);
    if (away < least) {
      least = away;
      best = candidate;
    }
  }
  return best;
}

/** Edit distance by single characters. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** More of one kind in one place than a person reads. */
const mostFindings = 100;

/** Each written name once, where it first stands: a fix for it covers all. */
function firstOfEach(flags: readonly Flag[]): readonly Flag[] {
  const seen = new Set<string>();
  return flags.filter(({ name }) => !seen.has(name) && seen.add(name));
}

/** What a rule finds in the flags that a deployment writes. */
export function judgeFlags(context: RuleContext, judge: (context: RuleContext, flag: Flag) => Finding | undefined): readonly Finding[] {
  const found: Finding[] = [];
  for (const flag of firstOfEach(context.pool.engine.written)) {
    const one = judge(context, flag);
    if (one && found.push(one) >= mostFindings) break;
  }
  return found;
}
