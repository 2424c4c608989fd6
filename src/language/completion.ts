import type { Catalog } from "../catalog/catalog.ts";
import type { FlagFacts, FlagTable, OptionFacts } from "../catalog/facts.ts";
import { engineNames } from "../deployment/engine-names.ts";
import { LineMap, type Position } from "../deployment/text.ts";
import type { Version } from "../deployment/version.ts";
import { saidVersion } from "../rules/certainty.ts";
import { presence } from "../rules/flag-table.ts";
import { directiveKeyItems, directiveValueItems } from "./completion-directives.ts";
import { gpuItems } from "./completion-gpus.ts";
import { type FlagSite, siteAt } from "./completion-site.ts";
import { valueItems } from "./completion-values.ts";
import { defaultWords } from "./flag-facts.ts";
import { readsAsConfig } from "./mapping-site.ts";
import { contains, type PoolPlace, poolAt } from "./position.ts";
import type { Analysis, Completion } from "./results.ts";

/** What can be written at a position. `analysis` may be the last good one: half-typed text is the normal case. */
export function complete(text: string, position: Position, analysis: Analysis, catalog: Catalog): readonly Completion[] {
  const site = siteAt(new LineMap(text), position, analysis, catalog);
  if (!site) return [];
  const owner = poolAt(analysis, position);
  switch (site.kind) {
    case "directive-key":
      return directiveKeyItems(site.range);
    case "directive-value":
      return directiveValueItems(site.key, site.range, owner?.analysis.deployment.engine ?? "vllm", catalog);
    case "gpu":
      return gpuItems(site.written, site.range, catalog);
    case "flag":
      return isOurs(text, analysis) ? flagItems(site, owner, position, catalog) : [];
    case "value":
      return isOurs(text, analysis) ? valueItems(site, owner, catalog) : [];
    default: {
      const never: never = site;
      return never;
    }
  }
}

/** A file in which something was recognised, or that at least talks of an engine. */
function isOurs(text: string, { deployments, formats }: Analysis): boolean {
  return deployments.length > 0 || formats.length > 0 || /vllm|sglang|trtllm|tensorrt[-_]llm/i.test(text) || readsAsConfig(text);
}

function flagItems(site: FlagSite, owner: PoolPlace | undefined, position: Position, catalog: Catalog): readonly Completion[] {
  const table = catalog.flags(site.engine);
  // A version is that of the engine at hand; a script may start another one.
  const own = owner?.analysis.deployment.engine === site.engine ? owner : undefined;
  const version = own && saidVersion(own.pool);
  const written = new Set(own?.pool.engine.written.flatMap(({ name, flagRange }) => (contains(flagRange, position) ? [] : [name])) ?? []);
  const flags = site.prefix === "" ? table.flags : [];
  return [
    ...flags
      .filter((facts) => isOffered(facts, version, table) && !written.has(facts.name))
      .map((facts) => flagItem(facts, site, own, catalog)),
    ...(site.spelling === "dashes" ? [] : fieldItems(site, written, new Set(flags.map(({ name }) => name)), catalog)),
  ];
}

function isOffered(facts: FlagFacts, version: Version | undefined, table: FlagTable): boolean {
  if (!version) return facts.removedBy === null;
  const state = presence(facts, version, table);
  return state === "present" || state === "unsure";
}

function flagItem(facts: FlagFacts, site: FlagSite, owner: PoolPlace | undefined, catalog: Catalog): Completion {
  const name = site.spelling === "fields" ? facts.name.replaceAll("-", "_") : facts.name;
  const label = site.spelling === "dashes" ? `--${name}` : name;
  const takesValue = facts.type !== "bool" || site.spelling !== "dashes";
  const insert = `${site.quote}${label}${takesValue ? site.assign : ""}${site.quote}`;
  return {
    label,
    insert,
    // The caret stays before the closing quote, where the value goes.
    back: takesValue ? site.quote.length : 0,
    range: site.range,
    kind: "flag",
    detail: [`${facts.type}${defaultPart(defaultWords(facts, catalog, owner))}`, ...history(facts)].join(" · "),
    documentation: documentation(facts, site),
    deprecated: facts.removedBy !== null,
    sort: `${common.includes(facts.name) ? "0" : facts.plugin ? "2" : "1"}${facts.name}`,
  };
}

/** Keys of an engine's config file that are no flags of its command line. */
function fieldItems(site: FlagSite, written: ReadonlySet<string>, taken: ReadonlySet<string>, catalog: Catalog): readonly Completion[] {
  const { options } = catalog.options(site.engine);
  return [...options.values()].flatMap((facts): Completion[] => {
    const { key, removedBy } = facts;
    const label = key.slice(site.prefix.length);
    const isHere = key.startsWith(site.prefix) && label !== "" && !label.includes(".");
    // vLLM's keys belong into the JSON of a flag, not beside the flags.
    const isFile = site.engine === "tensorrt-llm" || site.prefix !== "";
    if (!isHere || !isFile || removedBy !== null || written.has(key) || taken.has(key)) return [];
    return [
      {
        label,
        insert: `${label}${site.assign}`,
        back: 0,
        range: site.range,
        kind: "flag",
        detail: [`${facts.type}${defaultPart(plainDefault(facts))}`, ...history(facts)].join(" · "),
        documentation: "",
        deprecated: false,
        sort: `1${key}`,
      },
    ];
  });
}

function plainDefault({ default: standard }: OptionFacts): string | undefined {
  if (standard === null || standard === undefined || typeof standard === "object") return undefined;
  return typeof standard === "string" ? standard : JSON.stringify(standard);
}

function defaultPart(words: string | undefined): string {
  if (words === undefined) return "";
  return words === "true" ? ", on by default" : words === "false" ? ", off by default" : `, default ${words}`;
}

/** `from 0.11.2`, `gone by 0.20.2`. */
function history({ absentIn, firstSeen, removedBy }: Pick<FlagFacts, "absentIn" | "firstSeen" | "removedBy">): readonly string[] {
  return [
    ...(absentIn !== null && firstSeen !== null ? [`from ${firstSeen}`] : []),
    ...(removedBy !== null ? [`gone by ${removedBy}`] : []),
  ];
}

function documentation({ choices, plugin, negatable, name, replacement }: FlagFacts, { engine }: FlagSite): string {
  return [
    plugin === "arctic" ? "Of the Arctic Inference plugin; needs ARCTIC_INFERENCE_ENABLED=1." : `A flag of ${engineNames[engine]}.`,
    replacement ? `${replacement} takes its place.` : "",
    choices && choices.length > 0 ? `Values: ${choices.slice(0, 12).join(", ")}${choices.length > 12 ? " …" : ""}.` : "",
    negatable ? `--no-${name} switches it off.` : "",
  ]
    .filter((part) => part !== "")
    .join(" ");
}

/** Those that real files carry most, of all engines. */
const common = [
  "tensor-parallel-size",
  "max-model-len",
  "gpu-memory-utilization",
  "max-num-seqs",
  "max-num-batched-tokens",
  "pipeline-parallel-size",
  "data-parallel-size",
  "enable-expert-parallel",
  "enable-prefix-caching",
  "enable-chunked-prefill",
  "dtype",
  "quantization",
  "kv-cache-dtype",
  "served-model-name",
  "port",
  "host",
  "trust-remote-code",
  "tp-size",
  "dp-size",
  "ep-size",
  "context-length",
  "mem-fraction-static",
  "max-running-requests",
  "chunked-prefill-size",
  "enable-dp-attention",
  "tensor_parallel_size",
  "max_batch_size",
  "max_num_tokens",
  "max_seq_len",
  "kv_cache_config",
];
