import type { FlagFacts } from "../catalog/facts.ts";
import type { EngineId, Flag } from "../deployment/deployment.ts";
import { engineNames } from "../deployment/engine-names.ts";
import { saidVersion } from "../rules/certainty.ts";
import { presence } from "../rules/flag-table.ts";
import { defaultWords, flagFacts } from "./flag-facts.ts";
import type { HoverOptions } from "./hover.ts";
import { type Card, commandLink, escaped, link } from "./hover-card.ts";
import { consequence } from "./hover-consequence.ts";
import { noteOn } from "./hover-notes.ts";
import type { Place } from "./position.ts";

/** Where each engine's maker describes its flags; vLLM's page has an anchor for every one. */
const manuals: Readonly<Partial<Record<EngineId, string>>> = {
  vllm: "https://docs.vllm.ai/en/latest/cli/serve.html",
  sglang: "https://docs.sglang.io/advanced_features/server_arguments.html",
  "tensorrt-llm": "https://nvidia.github.io/TensorRT-LLM/",
};
const arcticManual = "https://arcticinference.readthedocs.io/en/latest/shift-parallel.html";

/** Consequence of a flag here, what is often said otherwise of it, then its default, versions and documentation. */
export function flagCard(place: Place, flag: Flag, options: HoverOptions): Card | undefined {
  const { catalog } = options;
  const { engine } = place.analysis.deployment;
  const facts = flagFacts(catalog, engine, flag.name.split(".")[0] ?? flag.name);
  const note = noteOn(engine, flag.name);
  if (!facts) return unlistedCard(place, flag, options);
  const last = lastLine(facts, place, options);
  if (!flag.value) {
    const choose = commandLink("Choose GPU or set for this workspace", "inferenceLens.selectGpu", [
      options.uri,
      place.analysis.deployment.id,
    ]);
    return { headline: "Not known here: set by a variable or a template", beside: [choose], note, last };
  }
  const version = saidVersion(place.pool);
  const state = version ? presence(facts, version, catalog.flags(engine)) : "present";
  if (version && (state === "removed" || state === "not-yet")) {
    const when = state === "removed" ? `gone since ${facts.removedBy ?? ""}` : `there from ${facts.firstSeen ?? ""}`;
    const instead = facts.replacement ? `${facts.replacement} takes its place.` : undefined;
    return { headline: `${engineNames[engine]} ${version.text} has no ${flag.spelled}; ${when}.`, note, whatIf: instead, last };
  }
  return { headline: `--${facts.name}`, note, ...consequence(place, flag, options), last };
}

/** A key of a config file, or a flag that no version has; of engines without a table nothing is said. */
function unlistedCard({ analysis, pool }: Place, flag: Flag, { catalog }: HoverOptions): Card | undefined {
  const { engine } = analysis.deployment;
  const option = catalog.options(engine).options.get(flag.name);
  if (option) {
    const words = option.default === null || option.default === undefined ? [] : [escaped(`Default ${JSON.stringify(option.default)}`)];
    const values = option.choices && option.choices.length > 0 ? `Values: ${option.choices.slice(0, 12).join(", ")}.` : undefined;
    return {
      headline: option.key,
      beside: [option.type],
      note: noteOn(engine, flag.name),
      whatIf: values,
      last: [...words, ...manualOf(engine)],
    };
  }
  if (catalog.flags(engine).flags.length === 0) return undefined;
  const version = saidVersion(pool);
  const name = engineNames[engine];
  return { headline: version ? `${name} ${version.text} has no ${flag.spelled}.` : `No ${name} known here has ${flag.spelled}.` };
}

function lastLine(facts: FlagFacts, place: Place, { catalog }: HoverOptions): readonly string[] {
  const { engine } = place.analysis.deployment;
  const words: string[] = [];
  const standard = defaultWords(facts, catalog, place);
  if (standard !== undefined)
    words.push(standard === "false" ? "Off by default" : standard === "true" ? "On by default" : escaped(`Default ${standard}`));
  if (facts.absentIn !== null && facts.firstSeen !== null) words.push(`from ${engineNames[engine]} ${facts.firstSeen}`);
  if (facts.removedBy !== null) words.push(`gone by ${facts.removedBy}`);
  if (facts.plugin === "arctic") words.push(link("documentation", arcticManual));
  else if (engine === "vllm") words.push(link("documentation", `${manuals.vllm ?? ""}#${facts.name}`));
  else words.push(...manualOf(engine));
  return words;
}

function manualOf(engine: EngineId): readonly string[] {
  const manual = manuals[engine];
  return manual === undefined ? [] : [link("documentation", manual)];
}
