import type { FlagFacts } from "../../src/catalog/facts.ts";
import type { Flag } from "../../src/deployment/deployment.ts";
import { flagNames } from "../../src/deployment/flag-names.ts";
import { compareVersions, parseVersion, type Version } from "../../src/deployment/version.ts";
import { isJsonObject, plainValueRange, replaceAt, set, sliceOf } from "./change.ts";
import type { Mutant, Mutation, Site } from "./mutation.ts";

/** Flags whose loss would change what fits or where ranks lie: renaming them makes further mistakes. */
const carrying =
  /parallel|tp|^pp|dp|^ep|attention|memory|mem-|max-|context|model|quantization|dtype|kv-|config|nnodes|rank|backend|length|disagg|seqs|cpu|block|eager|world/;

/** A flag's own word, where it is one that the engine's parser would see. */
function parsedFlags({ pool, text, factsOf }: Site): readonly { readonly flag: Flag; readonly facts: FlagFacts; readonly word: string }[] {
  return [...pool.engine.flags.values()].flatMap((flag) => {
    const facts = flag.name.includes(".") ? undefined : factsOf(flag.name);
    if (!facts || !isWritten(flag)) return [];
    const word = sliceOf(text, flag.flagRange);
    // A chart's own keys (`maxModelLen`) never reach the parser by their names.
    const isOwnName = word.startsWith("-") || word.replaceAll("_", "-") === facts.name.replaceAll("_", "-");
    return isOwnName ? [{ flag, facts, word }] : [];
  });
}

function isWritten({ value }: Flag): boolean {
  return value === undefined || value.origin === "file";
}

const misspelt: Mutation = {
  name: "flag misspelt",
  refusal: "flag tables: no flag, alias or prefix of that name",
  expected: ["unknown-flag"],
  make(site) {
    const found = parsedFlags(site).find(
      ({ facts, word }) => !carrying.test(facts.name.replaceAll("_", "-")) && !facts.plugin && word.length > 7,
    );
    if (!found) return undefined;
    const { word, flag } = found;
    const at = Math.floor(word.length / 2) + (/[-_.]/.test(word[Math.floor(word.length / 2)] ?? "") ? 1 : 0);
    const wrong = word.slice(0, at) + word.slice(at + 1);
    const dashed = wrong.startsWith("-") ? wrong : `--${wrong}`;
    if (flagNames(site.catalog.flags(tableOf(site)), undefined).resolve(dashed).facts) return undefined;
    return { what: `${word} → ${wrong}`, changes: [replaceAt(flag.flagRange, wrong)] };
  },
};

function tableOf({ engine }: Site): "vllm" | "sglang" | "tensorrt-llm" {
  return engine === "sglang" || engine === "tensorrt-llm" ? engine : "vllm";
}

/** Of vLLM for the others, of SGLang for vLLM. */
const foreign: Mutation = {
  name: "flag of another engine",
  refusal: "flag tables: the engine has no such flag",
  expected: ["foreign-flag"],
  make({ engine, pool, factsOf }) {
    const name = engine === "vllm" ? "mem-fraction-static" : engine === "sglang" ? "gpu-memory-utilization" : undefined;
    if (name === undefined || factsOf(name) || pool.engine.flags.has(name)) return undefined;
    return { what: `--${name}=0.8`, changes: [set(name, "0.8")] };
  },
};

const brokenJson: Mutation = {
  name: "JSON cut short",
  refusal: "flag tables: the value must be JSON",
  expected: ["json-argument"],
  make(site) {
    const found = parsedFlags(site).find(({ facts, flag }) => facts.type === "json" && flag.valueRange && isJsonObject(flag.value?.value));
    if (!found?.flag.valueRange) return undefined;
    const { valueRange } = found.flag;
    const word = sliceOf(site.text, valueRange);
    const at = word.lastIndexOf("}");
    // An object of YAML itself is no text that can be damaged.
    if (at < 0 || !word.includes('"')) return undefined;
    return { what: `${found.word} without its last brace`, changes: [replaceAt(valueRange, word.slice(0, at) + word.slice(at + 1))] };
  },
};

const outsideChoices: Mutation = {
  name: "value outside the choices",
  refusal: "flag tables: closed choices",
  expected: ["flag-value"],
  make: (site) =>
    valueMutant(site, ({ type, choices, choicesOpen }) => type === "enum" && choices !== null && !choicesOpen, "no-such-choice"),
};

const wrongType: Mutation = {
  name: "word where a number belongs",
  refusal: "flag tables: int or float",
  expected: ["flag-value"],
  make: (site) => valueMutant(site, ({ type }) => type === "int" || type === "float", "many"),
};

/** Bounds came with the typed configurations of 0.10.2; before, nothing is known of them. */
const outOfBounds: Mutation = {
  name: "number below its bound",
  refusal: "flag tables: least value",
  expected: ["flag-value"],
  make(site) {
    if (site.version && site.engine === "vllm" && isBefore(site.version, "0.10.2")) return undefined;
    const found = parsedFlags(site).find(
      ({ facts, flag }) => facts.atLeast !== null && facts.type === "int" && plainValueRange(site.text, flag),
    );
    const range = found && plainValueRange(site.text, found.flag);
    if (!found || !range) return undefined;
    const value = String((found.facts.atLeast ?? 0) - 1);
    return { what: `${found.word} ${value}`, changes: [replaceAt(range, value)] };
  },
};

function valueMutant(site: Site, isMeant: (facts: FlagFacts) => boolean, value: string): Mutant | undefined {
  for (const { flag, facts, word } of parsedFlags(site)) {
    const range = plainValueRange(site.text, flag);
    if (range && isMeant(facts)) return { what: `${word} ${value}`, changes: [replaceAt(range, value)] };
  }
  return undefined;
}

const movedBack: Mutation = {
  name: "image before a flag came",
  refusal: "flag tables: the flag is absent in that release",
  expected: ["unknown-flag"],
  // Values and their memory are those of the other release too.
  follows: ["flag-value", "memory-overflow", "kv-cache-too-small"],
  make(site) {
    // Of flags that came late the earliest must still be missing: the newest release without it.
    const absent = parsedFlags(site).flatMap(({ facts }) => (facts.absentIn === null || facts.plugin ? [] : [facts.absentIn]));
    return versionMutant(site, newest(absent), (from, to) => isBefore(to, from.text));
  },
};

const movedOn: Mutation = {
  name: "image after a flag went",
  refusal: "flag tables: the flag is gone from that release",
  expected: ["removed-flag"],
  follows: ["flag-value", "memory-overflow", "kv-cache-too-small"],
  make(site) {
    const gone = parsedFlags(site).flatMap(({ facts }) => (facts.removedBy === null || facts.plugin ? [] : [facts.removedBy]));
    return versionMutant(site, newest(gone), (from, to) => isBefore(from, to.text));
  },
};

function versionMutant(site: Site, to: string | undefined, isMove: (from: Version, to: Version) => boolean): Mutant | undefined {
  const { version } = site.pool.engine;
  const target = to === undefined ? undefined : parseVersion(to);
  if (version?.origin !== "file" || !version.range || !target || !isMove(version.value, target)) return undefined;
  const tag = sliceOf(site.text, version.range);
  const at = tag.indexOf(version.value.text);
  // Only where the tag is a release and no build of it.
  if (at < 0 || at + version.value.text.length !== tag.length) return undefined;
  return { what: `${tag} → ${to}`, changes: [replaceAt(version.range, tag.slice(0, at) + target.text)] };
}

const removedAdded: Mutation = {
  name: "flag that is gone",
  refusal: "flag tables: --swap-space is gone from 0.18",
  expected: ["removed-flag"],
  make({ engine, version, factsOf, pool }) {
    const removedBy = factsOf("swap-space")?.removedBy;
    if (engine !== "vllm" || !removedBy || !version || isBefore(version, removedBy) || pool.engine.flags.has("swap-space"))
      return undefined;
    return { what: "--swap-space=4", changes: [set("swap-space", "4")] };
  },
};

function newest(versions: readonly string[]): string | undefined {
  return versions
    .map((text) => parseVersion(text))
    .filter((one) => one !== undefined)
    .sort(compareVersions)
    .at(-1)?.text;
}

function isBefore(version: Version, literal: string): boolean {
  const other = parseVersion(literal);
  return other !== undefined && compareVersions(version, other) < 0;
}

/** What the engines' own parsers refuse. */
export const flagMutations: readonly Mutation[] = [
  misspelt,
  foreign,
  brokenJson,
  outsideChoices,
  wrongType,
  outOfBounds,
  movedBack,
  movedOn,
  removedAdded,
];
