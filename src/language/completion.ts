import type { Catalog } from "../catalog/catalog.ts";
import type { FlagFacts } from "../catalog/facts.ts";
import { directiveKeys } from "../deployment/directives.ts";
import { LineMap, type Position, type Range } from "../deployment/text.ts";
import { saidVersion } from "../rules/certainty.ts";
import { presence } from "../rules/flag-table.ts";
import { gpuChoices } from "./choose-gpu.ts";
import { type CompletionSite, siteAt } from "./completion-site.ts";
import { valuesFor } from "./completion-values.ts";
import { defaultWords } from "./hover-flag.ts";
import { contains, deploymentAt } from "./position.ts";
import type { Analysis, Completion, DeploymentAnalysis } from "./results.ts";

/** What can be written at a position. `analysis` may be the last good one: half-typed text is the normal case. */
export function complete(text: string, position: Position, analysis: Analysis, catalog: Catalog): readonly Completion[] {
  const lines = new LineMap(text);
  const site = siteAt(text, lines, position, analysis.formats.includes("vllm-config") || readsAsConfig(text));
  if (!site) return [];
  const owner = deploymentAt(analysis, position);
  switch (site.kind) {
    case "directive-key":
      return directiveKeyItems(site.range);
    case "directive-value":
      return directiveValues(site.key, site.range, catalog);
    case "flag":
      return isOurs(text, analysis) ? flagItems(site, owner, position, catalog) : [];
    case "value":
      return isOurs(text, analysis) ? valuesFor(site.flag, site.range, owner, catalog) : [];
    default: {
      const never: never = site;
      return never;
    }
  }
}

/** A half-typed config file is no YAML: its keys at the margin tell what it is. */
function readsAsConfig(text: string): boolean {
  const ours = /^(model|(tensor|pipeline|data)[-_]parallel[-_]size|max[-_]model[-_]len|gpu[-_]memory[-_]utilization|max[-_]num[-_]seqs):/m;
  return ours.test(text) && !/^(apiVersion|kind|services):/m.test(text);
}

/** A file in which something was recognised, or that at least talks of the engine. */
function isOurs(text: string, { deployments }: Analysis): boolean {
  return deployments.length > 0 || /\bvllm\b/i.test(text) || readsAsConfig(text);
}

function flagItems(
  site: Extract<CompletionSite, { kind: "flag" }>,
  owner: DeploymentAnalysis | undefined,
  position: Position,
  catalog: Catalog,
): readonly Completion[] {
  const pool = owner?.deployment.pools[0];
  const version = pool ? saidVersion(pool) : undefined;
  const table = catalog.flags("vllm");
  const written = new Set(pool?.engine.written.flatMap(({ name, flagRange }) => (contains(flagRange, position) ? [] : [name])) ?? []);
  return table.flags.flatMap((facts): Completion[] => {
    const state = version ? presence(facts, version, table) : facts.removedBy === null ? "present" : "removed";
    if (state === "not-yet" || state === "removed" || written.has(facts.name)) return [];
    return [
      {
        label: `${site.dashes}${facts.name}`,
        insert: `${site.dashes}${facts.name}${site.mapping ? ": " : facts.type === "bool" ? "" : "="}`,
        range: site.range,
        kind: "flag",
        detail: flagDetail(facts),
        documentation: flagWords(facts),
        deprecated: facts.removedBy !== null,
        sort: `${common.includes(facts.name) ? "0" : facts.plugin ? "2" : "1"}${facts.name}`,
      },
    ];
  });
}

/** Those that real files carry most. */
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
];

function flagDetail(facts: FlagFacts): string {
  const standard = defaultWords(facts);
  return standard === undefined ? facts.type : `${facts.type}, default ${standard}`;
}

function flagWords({ absentIn, firstSeen, removedBy, choices, plugin, negatable, name }: FlagFacts): string {
  return [
    plugin === "arctic" ? "Of the Arctic Inference plugin; needs ARCTIC_INFERENCE_ENABLED=1." : "",
    absentIn === null ? "" : `From vLLM ${firstSeen}.`,
    removedBy === null ? "" : `Gone by vLLM ${removedBy}.`,
    choices && choices.length > 0 ? `Values: ${choices.slice(0, 12).join(", ")}.` : "",
    negatable ? `--no-${name} switches it off.` : "",
  ]
    .filter((part) => part !== "")
    .join(" ");
}

const directiveWords: Readonly<Record<string, string>> = {
  gpu: "GPU type of each node",
  "gpus-per-node": "GPUs of one node",
  link: "network between nodes, such as 400Gbps",
  "model-config": "name of a described model",
  version: "version of the engine",
  workload: "workload to simulate",
  "slo.ttft": "limit of the time to first token, such as 500ms",
  "slo.tpot": "limit of the time per output token, such as 50ms",
  "slo.e2e": "limit of a whole answer, such as 10s",
  "slo.percentile": "share of requests that must keep the limits, such as 95",
  price: "price of one GPU hour",
  ignore: "findings to be silent about: CODE,CODE",
};

function directiveKeyItems(range: Range): readonly Completion[] {
  return directiveKeys.flatMap((key): Completion[] => {
    const detail = directiveWords[key];
    if (detail === undefined) return [];
    return [{ label: key, insert: `${key}=`, range, kind: "directive", detail, documentation: "", deprecated: false, sort: key }];
  });
}

function directiveValues(key: string, range: Range, catalog: Catalog): readonly Completion[] {
  const item = (value: string, detail: string, index: number, kind: Completion["kind"]): Completion => ({
    label: value,
    insert: value,
    range,
    kind,
    detail,
    documentation: "",
    deprecated: false,
    sort: String(index).padStart(4, "0"),
  });
  switch (key) {
    case "gpu":
      return gpuChoices(catalog).map(({ gpu, detail }, index) => item(gpu, detail, index, "gpu"));
    case "workload":
      return catalog.workloads().map((name, index) => item(name, catalog.workload(name)?.source ?? "", index, "value"));
    case "version":
      return [...catalog.flags("vllm").versions].reverse().map((version, index) => item(version, "vLLM", index, "value"));
    case "slo.ttft":
      return ["200ms", "500ms", "1s", "2s"].map((value, index) => item(value, "", index, "value"));
    case "slo.tpot":
      return ["25ms", "50ms", "75ms", "100ms"].map((value, index) => item(value, "", index, "value"));
    default:
      return [];
  }
}
