import { wordTable } from "../../../catalog/word-table.ts";
import type { EngineId } from "../../deployment.ts";
import { findScriptLaunches } from "../../launch.ts";
import type { Known } from "../../located.ts";
import { spanOf } from "../../mapped.ts";
import { message } from "../../message.ts";
import { type MappingFlags, plainUnit, type Unit, type UnitHardware, unknownHardware } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { engineMapping } from "../fields/engine-mapping.ts";
import { fieldFlags } from "../fields/field-flags.ts";
import { copies } from "../pods/copies.ts";
import { namedConfig } from "../pods/named-config.ts";
import { nodeHints } from "../pods/node-hints.ts";
import { groupGpus } from "../pods/pod-group.ts";
import { wholeNumber } from "../pods/resources.ts";
import { rootAnchor } from "../pods/workload.ts";
import type { Reader } from "../reader.ts";
import { chartImage } from "./chart-image.ts";

/** As the recipes call the engines, in `framework` or as the key of a section. */
const engines: Readonly<Record<string, EngineId>> = wordTable({
  vllm: "vllm",
  sglang: "sglang",
  trtllm: "tensorrt-llm",
  "tensorrt-llm": "tensorrt-llm",
});
const sizes: Readonly<Partial<Record<EngineId, readonly [tensor: string, pipeline: string]>>> = {
  vllm: ["tensor-parallel-size", "pipeline-parallel-size"],
  sglang: ["tp-size", "pp-size"],
  "tensorrt-llm": ["tensor_parallel_size", "pipeline_parallel_size"],
};
const workers: Readonly<Record<string, Unit["role"]>> = wordTable({ prefillWorker: "prefill", decodeWorker: "decode" });
/** No machine of these recipes has more. */
const mostGpusPerNode = 8;

/** Values of Google's GPU recipes: a model with its sizes and a job's GPUs, or a workload whose flags stand in a file of their own. */
export const gpuRecipesReader: Reader = (root, extent, context) => {
  const script = scriptUnit(root, context);
  if (script) return { format: "helm-gpu-recipes", units: script };
  const workload = root.at("workload");
  const isJob = root.at("model").isMap && root.at("job", "gpus").exists;
  if (!isJob && !["framework", "configFile", "gpus", "tpSize"].some((key) => workload.at(key).exists)) return undefined;
  const section = root.entries().find(({ key, isMap }) => key !== undefined && isMap && Object.hasOwn(engines, key.value));
  const engine = engines[workload.at("framework").string] ?? engines[section?.key?.value ?? ""];
  if (!engine) return { format: "helm-gpu-recipes", units: [] };
  const asked = isJob ? root.at("job") : workload;
  const unit: Unit = {
    ...plainUnit,
    format: "helm-gpu-recipes",
    name: "server",
    anchor: rootAnchor(root, extent),
    extent,
    engine,
    mapping: mapping(root, section?.at("serverArgs"), engine, context),
    image: chartImage(asked.at("image")),
    complete: !root.document.structuralTemplate && root.document.errors.length === 0,
    instances: copies(section?.at("replicaCount") ?? workload.at("replicas"), context),
    hardware: hardware(asked, context),
    gpuHints: nodeHints(root),
    groupSize: "group",
  };
  const pools = root
    .at("dynamo")
    .entries()
    .flatMap((worker) => workerUnit(worker, unit, context) ?? []);
  return { format: "helm-gpu-recipes", units: pools.length > 0 ? pools : [unit] };
};

/** A server that a shell line starts on some nodes, beside a client that loads it. */
function scriptUnit(root: YamlValue, context: ReaderContext): Unit[] | undefined {
  const server = root.at("server");
  const script = server.at("bash_command").text();
  if (!script || !server.key || !root.at("client").isMap) return undefined;
  const { key, span, document } = server;
  const perNode = wholeNumber(server.at("num_chips_per_node"), context.lines);
  const nodes = wholeNumber(server.at("num_nodes"), context.lines);
  return findScriptLaunches(script, new Map()).launches.map((launch) => ({
    ...plainUnit,
    format: "helm-gpu-recipes",
    name: "server",
    anchor: spanOf(key),
    extent: span ?? spanOf(key),
    engine: launch.engine,
    launcher: launch.launcher,
    launch,
    mapping: namedConfig(launch, document, context),
    image: chartImage(server.at("image")),
    complete: document.errors.length === 0 && !document.structuralTemplate,
    instances: { value: 1, origin: "inferred", why: message("the recipe starts one server") },
    hardware: {
      ...unknownHardware,
      resource: "nvidia.com/gpu",
      gpusPerNode: perNode,
      nodes,
      gpusPerInstance: groupGpus(perNode, perNode, nodes),
    },
    groupSize: "group",
  }));
}

function mapping(root: YamlValue, serverArgs: YamlValue | undefined, engine: EngineId, context: ReaderContext): MappingFlags {
  const workload = root.at("workload");
  const [tensor = "", pipeline = ""] = sizes[engine] ?? [];
  const fields = { tp_size: tensor, tpSize: tensor, pp_size: pipeline, ppSize: pipeline };
  const own = [root.at("model"), workload.at("model"), workload].flatMap((owner) => fieldFlags(owner, fields, engine, context));
  const settings = serverArgs?.isMap === true ? engineMapping(serverArgs, engine, "platform", context) : undefined;
  return {
    flags: [...own, ...(settings?.flags ?? [])],
    site: settings?.site,
    model: workload.at("model").text() ?? workload.at("model", "name").text() ?? root.at("model", "name").text(),
    complete: !workload.exists && (settings?.complete ?? true),
    readBy: "platform",
  };
}

/** A job's GPUs are those of all its machines. */
function hardware(asked: YamlValue, { lines }: ReaderContext): UnitHardware {
  const gpus = wholeNumber(asked.at("gpus"), lines);
  const one: Known<number> = { value: 1, origin: "inferred", why: message("up to {0} GPUs are one machine's", mostGpusPerNode) };
  const nodes = wholeNumber(asked.at("nnodes"), lines) ?? (gpus && gpus.value <= mostGpusPerNode ? one : undefined);
  return {
    ...unknownHardware,
    gpusPerNode: nodes?.value === 1 ? gpus : undefined,
    nodes,
    gpusPerInstance: gpus,
    resource: "nvidia.com/gpu",
  };
}

/** A pool of Dynamo workers: its nodes are written, their GPUs are the machine's. */
function workerUnit(worker: YamlValue, unit: Unit, context: ReaderContext): Unit | undefined {
  const role = worker.key && Object.hasOwn(workers, worker.key.value) ? workers[worker.key.value] : undefined;
  if (!role || !worker.key) return undefined;
  return {
    ...unit,
    name: worker.key.value,
    deployment: "dynamo",
    launcher: "dynamo",
    anchor: spanOf(worker.key),
    extent: worker.span ?? unit.extent,
    role,
    instances: copies(worker.at("replicas"), context),
    hardware: { ...unknownHardware, nodes: wholeNumber(worker.at("nodeCount"), context.lines) },
  };
}
