import type { Catalog } from "../catalog/catalog.ts";
import { directiveKeys } from "../deployment/directives.ts";
import { routingPolicies } from "../deployment/routing.ts";
import { systemNames, systemTitles } from "../deployment/systems/system.ts";
import type { Range } from "../deployment/text.ts";
import { rules } from "../rules/registry.ts";
import { gpuChoices } from "./choose-gpu.ts";
import type { Completion } from "./results.ts";

const keyWords: Readonly<Record<string, string>> = {
  gpu: "GPU type of each node",
  "gpus-per-node": "GPUs of one node",
  link: "network between nodes, such as 400Gbps",
  "model-config": "a described model, a known one, or a model's folder",
  version: "version of the engine",
  workload: "workload to simulate",
  "slo.ttft": "limit of the time to first token, such as 500ms",
  "slo.tpot": "limit of the time per output token, such as 50ms",
  "slo.e2e": "limit of a whole answer, such as 10s",
  "slo.percentile": "share of requests that must keep the limits, such as 95",
  price: "price of one GPU hour",
  routing: "how requests are spread over the instances",
  system: "a system that serves otherwise than engines behind a router",
  ignore: "findings to be silent about: CODE,CODE",
};

/** Keys of a `# inference-lens:` comment. */
export function directiveKeyItems(range: Range): readonly Completion[] {
  return directiveKeys.flatMap((key): Completion[] => {
    const detail = keyWords[key];
    if (detail === undefined) return [];
    return [{ label: key, insert: `${key}=`, back: 0, range, kind: "directive", detail, documentation: "", deprecated: false, sort: key }];
  });
}

/** Values of one of its keys; `engine` is that of the deployment it stands above. */
export function directiveValueItems(key: string, range: Range, engine: string, catalog: Catalog): readonly Completion[] {
  const items = (
    values: readonly (readonly [value: string, detail: string])[],
    kind: Completion["kind"] = "value",
  ): readonly Completion[] =>
    values.map(([value, detail], index) => ({
      label: value,
      insert: value,
      back: 0,
      range,
      kind,
      detail,
      documentation: "",
      deprecated: false,
      sort: String(index).padStart(4, "0"),
    }));
  switch (key) {
    case "gpu":
      return items(
        gpuChoices(catalog).map(({ gpu, detail }) => [gpu, detail]),
        "gpu",
      );
    case "gpus-per-node":
      return items(["1", "2", "4", "8"].map((value) => [value, ""]));
    case "link":
      return items([
        ["100Gbps", ""],
        ["200Gbps", ""],
        ["400Gbps", "one 400G adapter"],
        ["3200Gbps", "eight of them"],
      ]);
    case "workload":
      return items(catalog.workloads().map((name) => [name, catalog.workload(name)?.source ?? ""]));
    case "version":
      return items([...catalog.flags(engine).versions].reverse().map((version) => [version, ""]));
    case "slo.ttft":
      return items(["200ms", "500ms", "1s", "2s"].map((value) => [value, ""]));
    case "slo.tpot":
      return items(["25ms", "50ms", "75ms", "100ms"].map((value) => [value, ""]));
    case "slo.e2e":
      return items(["5s", "10s", "30s"].map((value) => [value, ""]));
    case "slo.percentile":
      return items(["50", "90", "95", "99"].map((value) => [value, ""]));
    case "routing":
      return items(routingPolicies.map((value) => [value, ""]));
    case "system":
      return items(systemNames.map((value) => [value, systemTitles[value]]));
    case "acceptance":
      return items([
        ["0.8", "multi-token prediction"],
        ["0.66", "EAGLE"],
        ["0.9", "text that repeats itself"],
      ]);
    case "expert-load":
      return items([
        ["zipf:0.8", "few experts are chosen for most tokens"],
        ["factor:1.5", "the busiest rank against the mean"],
      ]);
    case "ignore":
      return items(rules.map(({ code, summary }) => [code, summary]));
    default:
      return [];
  }
}
