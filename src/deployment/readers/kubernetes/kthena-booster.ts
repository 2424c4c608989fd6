import { wordTable } from "../../../catalog/word-table.ts";
import type { EngineId, Flag } from "../../deployment.ts";
import type { Known } from "../../located.ts";
import type { Mapped } from "../../mapped.ts";
import { message } from "../../message.ts";
import { roleOfWord } from "../../pool-role.ts";
import type { Unit } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { engineMapping } from "../fields/engine-mapping.ts";
import { impliedFlag } from "../fields/implied-flag.ts";
import { copies, copiesBetween, copiesOfEach } from "../pods/copies.ts";
import { listedVariables } from "../pods/environment.ts";
import { containerUnit } from "../pods/pod.ts";
import { groupGpus } from "../pods/pod-group.ts";
import { wholeNumber } from "../pods/resources.ts";
import { rootAnchor, workloadName } from "../pods/workload.ts";
import type { Reader } from "../reader.ts";

/** What a backend's type makes the controller start (pkg/model-booster-controller/convert/model_serving.go). */
const engines: Readonly<Record<string, EngineId>> = wordTable({
  vLLM: "vllm",
  vLLMDisaggregated: "vllm",
  SGLang: "sglang",
  SGLangDisaggregated: "sglang",
  MindIE: "other",
  MindIEDisaggregated: "other",
});
/** Workers of other types coordinate and have no engine. */
const workerTypes = new Set(["", "server", "prefill", "decode"]);

/** Kthena's ModelBooster: one backend, several in its first release, whose workers are engines with their flags as `config`. */
export const kthenaBoosterReader: Reader = (root, extent, context) => {
  const kind = root.at("kind").string;
  if (!/^(workload\.serving|registry)\.volcano\.sh\//.test(root.at("apiVersion").string) || (kind !== "ModelBooster" && kind !== "Model"))
    return undefined;
  const spec = root.at("spec");
  const backends = [spec.at("backend"), ...spec.at("backends").items()].filter((backend) => backend.isMap);
  const name = workloadName(root);
  const units = backends.flatMap((backend) => {
    const own = backends.length > 1 ? backend.at("name").string || name : name;
    return backendUnits(backend, context).map(
      ({ role, ...unit }, i): Unit => ({
        ...unit,
        name: role === "mixed" ? own : role,
        role,
        deployment: role === "mixed" ? null : own,
        anchor: i === 0 && backends[0] === backend ? rootAnchor(root, extent) : rootAnchor(backend, extent),
        extent: unit.extent ?? extent,
      }),
    );
  });
  return { format: "kthena-modelbooster", units };
};

type WorkerUnit = Omit<Unit, "name" | "anchor" | "extent"> & { readonly extent: Unit["extent"] | undefined };

function backendUnits(backend: YamlValue, context: ReaderContext): WorkerUnit[] {
  const type = backend.at("type").text();
  const engine = type && Object.hasOwn(engines, type.value) ? engines[type.value] : undefined;
  if (!type || !engine) return [];
  return backend
    .at("workers")
    .items()
    .filter((worker) => workerTypes.has(worker.at("type").string))
    .map((worker) => workerUnit(worker, backend, engine, type, context));
}

function workerUnit(worker: YamlValue, backend: YamlValue, engine: EngineId, type: Mapped, context: ReaderContext): WorkerUnit {
  const environment = { variables: listedVariables(backend.at("env"), new Map()), complete: !backend.at("envFrom").exists };
  const unit = containerUnit(worker, worker, environment, context);
  const role = roleOfWord(worker.at("type").string);
  const mapping = engineMapping(worker.at("config"), engine, "platform", context);
  const nodes = podsOf(worker.at("pods"), context);
  const { gpusPerNode } = unit.hardware;
  return {
    ...unit,
    format: "kthena-modelbooster",
    engine,
    mapping: {
      ...mapping,
      flags: [...impliedFlags(engine, role, worker.at("type").text() ?? type, context), ...mapping.flags.map(asWritten)],
      model: backend.at("modelURI").text(),
    },
    role,
    extent: worker.span,
    instances: copiesOfEach(backendCopies(backend, context), copies(worker.at("replicas"), context)),
    hardware: {
      ...unit.hardware,
      nodes,
      gpusPerInstance: groupGpus(gpusPerNode, gpusPerNode, nodes),
      // The controller mounts a memory volume.
      sharedMemory: { value: "memory", origin: "engine-default" },
      sharedMemorySites: [],
    },
    groupSize: "group",
  };
}

function impliedFlags(engine: EngineId, role: Unit["role"], at: Mapped, context: ReaderContext): Flag[] {
  if (engine !== "sglang" || role === "mixed") return [];
  return [impliedFlag("disaggregation-mode", role, at, message("the worker's type"), context)];
}

/** An empty text is a flag alone. */
function asWritten(flag: Flag): Flag {
  return flag.value?.value === "" ? { ...flag, value: { ...flag.value, value: null } } : flag;
}

/** Pods of one engine, the first counted; the controller takes none for one. */
function podsOf(pods: YamlValue, { lines }: ReaderContext): Known<number> {
  if (!pods.exists) return { value: 1, origin: "engine-default", why: message("one pod unless told otherwise") };
  const count = wholeNumber(pods, lines);
  return count && { ...count, value: Math.max(1, count.value) };
}

function backendCopies(backend: YamlValue, context: ReaderContext): Known<number> {
  const written = backend.at("replicas");
  return written.exists ? copies(written, context) : copiesBetween(backend.at("minReplicas"), backend.at("maxReplicas"), context);
}
