import type { ChoiceEra, FlagFacts, FlagTable } from "../catalog/facts.ts";
import { compareVersions, parseVersion, type Version } from "../deployment/version.ts";

/**
 * The words that a flag takes in a version, between two samples those of either, and without a version those of any sample.
 * undefined where some of these take any word, or nothing is known of them.
 */
export function choicesIn(
  { choiceEras, type }: Pick<FlagFacts, "choiceEras" | "type">,
  version: Version | undefined,
  table: FlagTable,
): readonly string[] | undefined {
  const eras = version ? erasAround(choiceEras, version, table) : choiceEras;
  if (eras.length === 0) return undefined;
  const taken = new Set<string>();
  for (const { choices } of eras) {
    if (choices === null) return undefined;
    for (const choice of choices) taken.add(choice);
  }
  return type === "int" ? [...taken].sort((a, b) => Number(a) - Number(b)) : [...taken];
}

/** The era of the newest sample up to the version and, where the version lies behind it, of the next one. */
function erasAround(eras: readonly ChoiceEra[], version: Version, { versions }: FlagTable): readonly ChoiceEra[] {
  const next = versions.findIndex((text) => compareVersions(parsed(text), version) > 0);
  const last = (next < 0 ? versions.length : next) - 1;
  const known = versions[last];
  if (known === undefined) return [];
  const samples = next < 0 || compareVersions(parsed(known), version) === 0 ? [known] : [known, versions[next] ?? known];
  const found = samples.map((sample) => eras.findLast(({ since }) => compareVersions(parsed(since), parsed(sample)) <= 0));
  return [...new Set(found)].filter((era) => era !== undefined);
}

function parsed(text: string): Version {
  return parseVersion(text) ?? { text, major: 0, minor: 0, patch: 0, post: 0 };
}
