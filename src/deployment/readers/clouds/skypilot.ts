import { findScriptLaunches, installedIn } from "../../launch.ts";
import type { Known } from "../../located.ts";
import { type Mapped, opaque } from "../../mapped.ts";
import { message } from "../../message.ts";
import type { GpuHint } from "../../units.ts";
import type { Variables } from "../../variables.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { type ScriptPlace, scriptUnits } from "../fields/script-units.ts";
import { writtenEnvironment } from "../pods/environment.ts";
import { countOf, type NamedGpus, namedGpus } from "../pods/named-gpus.ts";
import { wholeNumber } from "../pods/resources.ts";
import { fileTitle, rootAnchor } from "../pods/workload.ts";
import type { Reader } from "../reader.ts";

/** A task or service of SkyPilot that starts an engine; what trains is none of ours. */
export const skypilotReader: Reader = (root, extent, context) => {
  const script = root.at("run").text();
  if (!script || root.at("apiVersion").exists || !(root.at("resources").isMap || root.at("service").isMap)) return undefined;
  const gpus = acceleratorsOf(root, context);
  const machines = machineCount(root, context);
  const own = new Map([...writtenEnvironment(root.at("envs")), ...writtenEnvironment(root.at("secrets"))]);
  const variables = new Map([...own, ...platformVariables(gpus.count, machines, root)]);
  const found = findScriptLaunches(script, variables);
  const [first] = found.launches;
  if (!first) return undefined;
  const setup = root.at("setup").text();
  const place: ScriptPlace = {
    format: "skypilot",
    name: root.at("name").string || fileTitle(context.fileName) || "skypilot",
    deployment: null,
    anchor: rootAnchor(root, extent),
    extent,
    image: root.at("resources", "image_id").text(),
    environment: own,
    environmentComplete: false,
    complete: root.document.errors.length === 0 && !root.document.structuralTemplate,
    gpuHints: gpus.hints,
    instances: replicas(root, context),
    installedVersion: setup && installedIn(setup, first.engine, variables),
    gpus: gpus.count,
    machine: root.at("resources", "instance_type").text(),
    machines,
    spansMachines: /SKYPILOT_N(ODE|UM_NODES)|ray start|start_cluster/.test(script.value),
    sharedMemory: { value: "unseen", origin: "inferred" },
  };
  return { format: "skypilot", units: scriptUnits(found, place, root.document, context) };
};

interface Accelerators {
  readonly count: Known<number>;
  readonly hints: readonly GpuHint[];
}

/** GPUs of one machine. Of alternatives the type is known where all mean the same, the count where all have the same. */
function acceleratorsOf(root: YamlValue, { lines }: ReaderContext): Accelerators {
  const resources = root.at("resources");
  const choices = [...resources.at("any_of").items(), ...resources.at("ordered").items()].map((one) => one.at("accelerators"));
  const written = choices.some((one) => one.exists) ? choices : [resources.at("accelerators")];
  const all = written.flatMap((one) => alternatives(one, lines));
  const machine = resources.at("instance_type").text();
  const machineHint: GpuHint[] = machine ? [{ words: [machine], where: "instance type" }] : [];
  const [first] = all;
  if (!first) return { count: undefined, hints: machineHint };
  const isSame = all.every(({ count }) => count?.value === first.count?.value);
  return { count: isSame ? first.count : undefined, hints: [{ words: all.map(({ name }) => name), where: "accelerator" }, ...machineHint] };
}

/** `H100:8`, `{H100: 8}`, `{L4:1, A10G:1}`, `[L4:1, A10G:1]` */
function alternatives(value: YamlValue, lines: ReaderContext["lines"]): NamedGpus[] {
  const text = value.text();
  if (text) return [namedGpus(text, lines)].filter((one) => one !== undefined);
  if (value.isList) return value.items().flatMap((item) => alternatives(item, lines));
  return value.entries().flatMap((entry) => {
    const named = namedGpus(entry.key, lines);
    const count = entry.text();
    return named ? [count ? { ...named, count: countOf(count, lines) } : named] : [];
  });
}

function machineCount(root: YamlValue, { lines }: ReaderContext): Known<number> {
  const written = root.at("num_nodes");
  return written.exists
    ? wholeNumber(written, lines)
    : { value: 1, origin: "engine-default", why: message("one machine unless told otherwise") };
}

/** A service keeps as many replicas as it says, at least; a task runs once. */
function replicas(root: YamlValue, { lines }: ReaderContext): Known<number> {
  const service = root.at("service");
  const written = [service.at("replicas"), service.at("replica_policy", "min_replicas")].find((one) => one.exists);
  if (written) return wholeNumber(written, lines);
  return { value: 1, origin: "engine-default", why: message("one replica unless told otherwise") };
}

/** What SkyPilot puts into the environment of `run` (docs: Environment variables), known as far as the file tells. */
function platformVariables(gpus: Known<number>, machines: Known<number>, root: YamlValue): Variables {
  const told = (known: Known<number>, at: YamlValue): Mapped | undefined =>
    known && opaque(String(known.value), at.span ?? { start: 0, end: 0 });
  return new Map([
    ["SKYPILOT_NUM_GPUS_PER_NODE", told(gpus, root.at("resources", "accelerators"))],
    ["SKYPILOT_NUM_NODES", told(machines, root.at("num_nodes"))],
    ["SKYPILOT_NODE_RANK", undefined],
    ["SKYPILOT_NODE_IPS", undefined],
    ["SKYPILOT_TASK_ID", undefined],
  ]);
}
