import type { Catalog } from "../../src/catalog/catalog.ts";
import { analyse } from "../../src/language/analysis.ts";
import type { Analysis } from "../../src/language/results.ts";
import { engineSettingMutations } from "./engine-settings.ts";
import { flagMutations } from "./flags.ts";
import { layoutMutations } from "./layout.ts";
import { modelSettingMutations } from "./model-settings.ts";
import type { Mutation } from "./mutation.ts";
import { otherEngineMutations } from "./other-engines.ts";
import { podMutations } from "./pod.ts";
import { type MutantResult, tryMutation } from "./run.ts";
import { sitesOf } from "./sites.ts";

/** Every way to break a deployment that is tried. */
export const mutations: readonly Mutation[] = [
  ...layoutMutations,
  ...flagMutations,
  ...engineSettingMutations,
  ...modelSettingMutations,
  ...otherEngineMutations,
  ...podMutations,
];

/** Every mutant of one file. */
export function mutantsOf(file: string, format: string, text: string, catalog: Catalog): MutantResult[] {
  const read = (edited: string): Analysis => analyse(edited, { catalog, fileName: file });
  const before = read(text);
  const results = sitesOf(file, format, text, before, catalog).flatMap((site) =>
    mutations.flatMap((mutation) => tryMutation(mutation, site, before, read) ?? []),
  );
  // Pools that share their words are broken by the same edit.
  const seen = new Set<string>();
  return results.filter((one) => {
    const key = `${one.mutation}\n${one.text}`;
    return !seen.has(key) && seen.add(key);
  });
}
