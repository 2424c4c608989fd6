import type { Span } from "../../text.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { namedUnits } from "../fields/named-units.ts";
import { podCompanions } from "../pods/companions.ts";
import { copies } from "../pods/copies.ts";
import { groupUnits, leaderWorkerVariables } from "../pods/pod-group.ts";
import { rootAnchor, workloadName } from "../pods/workload.ts";
import type { Reader, Recognised } from "../reader.ts";
import { playgroundUnit } from "./llmaz-playground.ts";
import { backendRuntime } from "./llmaz-runtime.ts";
import { leaderWorkerGroup } from "./lws.ts";

/**
 * llmaz: models with the accelerators that they need, playgrounds that serve them by a backend's presets, backends, and services that
 * say all by themselves.
 */
export const llmazReader: Reader = (root, extent, context) => {
  const version = root.at("apiVersion").string;
  const kind = root.at("kind").string;
  if (version.startsWith("llmaz.io/")) return kind === "OpenModel" ? { format: "llmaz", units: [] } : undefined;
  if (!version.startsWith("inference.llmaz.io/")) return undefined;
  const place = { name: workloadName(root), anchor: rootAnchor(root, extent), extent };
  switch (kind) {
    case "Playground":
      return { format: "llmaz", units: [{ ...playgroundUnit(root.at("spec"), context), ...place }] };
    case "BackendRuntime": {
      const runtime = backendRuntime(root.at("spec"));
      return { format: "llmaz-backendruntime", units: runtime ? [{ ...runtime, ...place }] : [] };
    }
    case "Service":
      return service(root, extent, context);
    default:
      return undefined;
  }
};

/** A service's workload is a LeaderWorkerSet's spec; at first the group's template stood in it under its own name. */
function service(root: YamlValue, extent: Span, context: ReaderContext): Recognised {
  const workload = root.at("spec", "workloadTemplate");
  const template = workload.at("leaderWorkerTemplate").exists ? workload.at("leaderWorkerTemplate") : workload;
  const group = leaderWorkerGroup(template, context);
  const engines = groupUnits(group, leaderWorkerVariables(group.size, template.at("size")), context);
  const replicas = root.at("spec", "replicas");
  const instances = copies(replicas.exists ? replicas : workload.at("replicas"), context);
  return {
    format: "llmaz",
    units: namedUnits(engines, root, extent).map((unit) => ({ ...unit, format: "llmaz" as const, instances })),
    companions: [group.leader, group.worker].flatMap((pod) => (pod ? podCompanions(pod, engines) : [])),
  };
}
