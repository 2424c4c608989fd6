import { ownPrefixList, type PrefixIndexing, prefixRouting, type RoutingRule, type ScoreWeights } from "../../routing.ts";
import { maskTemplates } from "../../templates.ts";
import { parseYaml, type YamlValue } from "../../yaml-document.ts";

/** Scorers that look at what is simulated, and the weight they stand for. */
const scorers: ReadonlyMap<string, keyof ScoreWeights> = new Map([
  ["prefix-cache-scorer", "prefix"],
  ["precise-prefix-cache-scorer", "prefix"],
  ["queue-scorer", "queue"],
  ["running-requests-size-scorer", "running"],
  ["active-request-scorer", "active"],
  ["kv-cache-utilization-scorer", "freeCache"],
]);
/** What does not choose among instances that serve one model: handlers, filters of roles, adapters, producers of data. */
const aside = /-handler$|-filter$|-decider$|^lora-affinity-scorer$|-producer$|^max-score-picker$|-source$|-extractor$/;

/** The policies of an endpoint picker's configuration: of prompts, and of answers where they have a profile of their own. */
export interface PickerRules {
  readonly rule: RoutingRule;
  readonly decode?: RoutingRule;
}

/** A configuration written as a text within another file. */
export function pickerText(text: string): PickerRules | undefined {
  const root = text.includes("EndpointPickerConfig") ? parseYaml(maskTemplates(text))[0]?.root : undefined;
  return root && pickerRules(root);
}

/** EndpointPickerConfig of llm-d and the Gateway API's inference extension; undefined where something chooses that is not simulated. */
export function pickerRules(root: YamlValue): PickerRules | undefined {
  if (root.at("kind").string !== "EndpointPickerConfig") return undefined;
  const plugins = root.at("plugins").items();
  const profiles = root.at("schedulingProfiles").items();
  const named = (name: string): YamlValue | undefined => profiles.find((profile) => profile.at("name").string === name);
  const prefill = named("prefill");
  const decode = named("decode");
  const first = prefill ?? decode ?? profiles[0];
  const rule = first && profileRule(first, plugins);
  if (!rule) return undefined;
  const own = prefill && decode ? profileRule(decode, plugins) : undefined;
  return { rule, ...(own ? { decode: own } : {}) };
}

function profileRule(profile: YamlValue, plugins: readonly YamlValue[]): RoutingRule | undefined {
  const weights = { prefix: 0, queue: 0, running: 0, active: 0, freeCache: 0 };
  let index: PrefixIndexing = ownPrefixList;
  for (const reference of profile.at("plugins").items()) {
    const name = reference.at("pluginRef").string;
    const plugin = plugins.find((one) => (one.at("name").string || one.at("type").string) === name);
    const type = plugin?.at("type").string || name;
    if (type === "random-picker") return "random";
    const scorer = scorers.get(type);
    if (!scorer) {
      if (aside.test(type)) continue;
      return undefined;
    }
    const weight = reference.at("weight").exists ? numberAt(reference.at("weight")) : 1;
    if (weight === undefined || !(weight >= 0)) return undefined;
    weights[scorer] += weight;
    if (scorer === "prefix" && plugin) index = indexing(type, plugin.at("parameters"));
  }
  return { ...prefixRouting, weights, index };
}

/** Blocks are told in characters, of which 4 are a token, or in tokens (plugin.go of both generations). */
function indexing(type: string, parameters: YamlValue): PrefixIndexing {
  if (type === "precise-prefix-cache-scorer" || parameters.at("mode").string === "cache_tracking") return { from: "engines" };
  const count = (name: string): number | undefined => {
    const value = numberAt(parameters.at(name));
    return value !== undefined && value >= 1 ? Math.floor(value) : undefined;
  };
  const characters = count("hashBlockSize") ?? count("blockSize");
  const blockTokens = count("blockSizeTokens") ?? (characters === undefined ? undefined : Math.max(1, Math.floor(characters / 4)));
  return {
    from: "own-list",
    blockTokens: blockTokens ?? ownPrefixList.blockTokens,
    mostBlocks: count("maxPrefixBlocksToMatch") ?? ownPrefixList.mostBlocks,
    capacityBlocks: count("lruCapacityPerServer") ?? ownPrefixList.capacityBlocks,
  };
}

function numberAt(value: YamlValue): number | undefined {
  const text = value.string.trim();
  return text === "" || !Number.isFinite(Number(text)) ? undefined : Number(text);
}
