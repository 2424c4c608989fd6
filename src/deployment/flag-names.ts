import type { FlagFacts, FlagTable } from "../catalog/facts.ts";
import { compareVersions, parseVersion, type Version } from "./version.ts";

/** What a written flag means to the engine's parser. */
export interface FlagName {
  /** Canonical, without dashes; a dotted key keeps its rest: `compilation-config.level`. */
  readonly name: string;
  readonly facts: FlagFacts | undefined;
  readonly negated: boolean;
  /** Behind the first dot: the value is a part of a JSON flag. */
  readonly dotted: boolean;
}

/** Flag names of one engine as its argument parser takes them: aliases, underscores, unique prefixes, `--no-`, dotted keys. */
export class FlagNames {
  private readonly exact = new Map<string, { facts: FlagFacts; negated: boolean }>();
  private readonly long: { spelling: string; facts: FlagFacts; negated: boolean }[] = [];

  constructor(table: FlagTable, version: Version | undefined) {
    for (const facts of table.flags) {
      const spellings = [`--${facts.name}`, ...facts.aliases.map((alias) => (alias.startsWith("-") ? alias : `-${alias}`))];
      for (const spelling of spellings) this.add(spelling, facts, false, version);
      if (facts.negatable) this.add(`--no-${facts.name}`, facts, true, version);
    }
  }

  private add(written: string, facts: FlagFacts, negated: boolean, version: Version | undefined): void {
    const spelling = withDashes(written);
    if (!this.exact.has(spelling)) this.exact.set(spelling, { facts, negated });
    if (spelling.startsWith("--") && isIn(facts, version)) this.long.push({ spelling, facts, negated });
  }

  /** `spelled` with its dashes, without `=value`. */
  resolve(spelled: string): FlagName {
    const dot = spelled.indexOf(".");
    const base = dot > 0 ? spelled.slice(0, dot) : spelled;
    const rest = dot > 0 ? spelled.slice(dot) : "";
    const written = withDashes(base);
    const found = this.exact.get(written) ?? this.prefix(written);
    if (found) return { name: found.facts.name + rest, facts: found.facts, negated: found.negated, dotted: rest !== "" };
    return { name: written.replace(/^-+/, "") + rest, facts: undefined, negated: false, dotted: rest !== "" };
  }

  /** A unique beginning of one flag's spellings; a flag and its own `--no-` form count apart, as in argparse. */
  private prefix(written: string): { facts: FlagFacts; negated: boolean } | undefined {
    if (!written.startsWith("--") || written.length < 4) return undefined;
    let found: { facts: FlagFacts; negated: boolean } | undefined;
    for (const { spelling, facts, negated } of this.long) {
      if (!spelling.startsWith(written)) continue;
      if (found && (found.facts !== facts || found.negated !== negated)) return undefined;
      found = { facts, negated };
    }
    return found;
  }
}

/** vLLM takes both, SGLang spells its flags with dashes, TensorRT-LLM with underscores: no two flags differ by them alone. */
function withDashes(spelled: string): string {
  return spelled.startsWith("--") ? `--${spelled.slice(2).replaceAll("_", "-")}` : spelled;
}

function isIn({ firstSeen, removedBy }: FlagFacts, version: Version | undefined): boolean {
  if (!version) return removedBy === null;
  const first = firstSeen === null ? undefined : parseVersion(firstSeen);
  const removed = removedBy === null ? undefined : parseVersion(removedBy);
  return (!first || compareVersions(first, version) <= 0) && (!removed || compareVersions(version, removed) < 0);
}

const cache = new WeakMap<FlagTable, Map<string, FlagNames>>();

/** Built once per table and version. */
export function flagNames(table: FlagTable, version: Version | undefined): FlagNames {
  const byVersion = cache.get(table) ?? new Map<string, FlagNames>();
  cache.set(table, byVersion);
  const key = version ? `${version.major}.${version.minor}.${version.patch}.${version.post}` : "";
  const names = byVersion.get(key) ?? new FlagNames(table, version);
  byVersion.set(key, names);
  return names;
}
