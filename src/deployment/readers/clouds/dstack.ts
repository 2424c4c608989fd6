import { findScriptLaunches, type Launches } from "../../launch.ts";
import type { Known, Located } from "../../located.ts";
import { concat, isReadable, type Mapped, opaque, spanOf } from "../../mapped.ts";
import { message } from "../../message.ts";
import type { Span } from "../../text.ts";
import type { Unit } from "../../units.ts";
import type { Variables } from "../../variables.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { listWords } from "../fields/extra-arguments.ts";
import { type ScriptPlace, scriptUnits } from "../fields/script-units.ts";
import { writtenEnvironment } from "../pods/environment.ts";
import { recognise } from "../pods/recognise.ts";
import { wholeNumber } from "../pods/resources.ts";
import { fileTitle, rootAnchor } from "../pods/workload.ts";
import type { Reader } from "../reader.ts";
import { dstackGpus } from "./dstack-gpu.ts";

/** A run of dstack that starts an engine: one set of commands, or groups of replicas with commands of their own. */
export const dstackReader: Reader = (root, extent, context) => {
  if (!/^(service|task|dev-environment)$/.test(root.at("type").string) || root.at("apiVersion").exists) return undefined;
  const groups = root.at("replicas").items();
  const name = root.at("name").string || fileTitle(context.fileName).replace(/\.dstack$/, "") || "dstack";
  const anchor = rootAnchor(root, extent);
  const units =
    groups.length > 0
      ? groups.flatMap((group, i) =>
          runUnits(root, group, { name: groupName(name, group, i), deployment: name, anchor, extent: group.span ?? extent }, context),
        )
      : runUnits(root, root, { name, deployment: null, anchor, extent }, context);
  return units.length > 0 ? { format: "dstack", units } : undefined;
};

type Where = Pick<Unit, "name" | "deployment" | "anchor"> & { readonly extent: Span };

function groupName(name: string, group: YamlValue, i: number): string {
  return `${name}/${group.at("name").string || i}`;
}

/** What a group leaves out is said for all. */
function runUnits(root: YamlValue, group: YamlValue, where: Where, context: ReaderContext): Unit[] {
  const { lines } = context;
  const said = (...path: readonly string[]): YamlValue => (group.at(...path).exists ? group.at(...path) : root.at(...path));
  const gpus = dstackGpus(said("resources", "gpu"), lines);
  const machines = machineCount(said("nodes"), context);
  const own = new Map([...writtenEnvironment(root.at("env")), ...writtenEnvironment(group.at("env"))]);
  const variables = new Map([...own, ...platformVariables(gpus?.count, machines, said)]);
  const image = said("image").text();
  const script = scriptOf(said("commands"));
  const found = script ? findScriptLaunches(script, variables) : imageLaunches(said("entrypoint"), image, variables, context);
  const place: ScriptPlace = {
    ...where,
    format: "dstack",
    image,
    environment: own,
    environmentComplete: false,
    complete: root.document.errors.length === 0 && !root.document.structuralTemplate,
    gpuHints: gpus?.hints ?? [],
    instances: replicas(group === root ? root.at("replicas") : group.at("count"), context),
    installedVersion: undefined,
    gpus: gpus?.count,
    machines,
    spansMachines: script !== undefined && /DSTACK_(NODE|MASTER)|ray start/.test(script.value),
    sharedMemory: sharedMemory(said("resources", "shm_size"), context),
  };
  return scriptUnits(found, place, root.document, context).map((unit) => withServedModel(unit, root.at("model")));
}

/** Ollama and NIM start without a word of their model: the endpoint's name is what is left. */
function withServedModel(unit: Unit, served: YamlValue): Unit {
  const model = served.text() ?? served.at("name").text();
  if (!model || (unit.engine !== "ollama" && unit.engine !== "nim")) return unit;
  return { ...unit, mapping: { flags: [], site: undefined, model, complete: true, readBy: "platform" } };
}

/** All commands run in one shell, one behind the other. */
function scriptOf(commands: YamlValue): Mapped | undefined {
  const texts = listWords(commands);
  const { span } = commands;
  if (texts.length === 0 || !span) return undefined;
  return concat(
    texts.flatMap((text) => [text, opaque("\n", { start: text.span.end, end: text.span.end })]),
    span,
  );
}

function imageLaunches(entrypoint: YamlValue, image: Mapped | undefined, environment: Variables, { names }: ReaderContext): Launches {
  const command = entrypoint.text();
  return recognise({ command: command && [command], args: [], image, environment, saysVllm: false }, names);
}

function machineCount(written: YamlValue, { lines }: ReaderContext): Known<number> {
  return written.exists
    ? wholeNumber(written, lines)
    : { value: 1, origin: "engine-default", why: message("one machine unless told otherwise") };
}

/** A range of replicas may be any of it. */
function replicas(written: YamlValue, { lines }: ReaderContext): Known<number> {
  return written.exists
    ? wholeNumber(written, lines)
    : { value: 1, origin: "engine-default", why: message("one replica unless told otherwise") };
}

/** What dstack puts into a run's environment (docs: System environment variables), known as far as the file tells. */
function platformVariables(gpus: Known<number>, machines: Known<number>, said: (...path: readonly string[]) => YamlValue): Variables {
  const at = said("resources", "gpu").span ?? { start: 0, end: 0 };
  const all = gpus && machines && gpus.value * machines.value;
  return new Map([
    ["DSTACK_GPUS_NUM", all === undefined ? undefined : opaque(String(all), at)],
    ["DSTACK_GPUS_PER_NODE", gpus && opaque(String(gpus.value), at)],
    ["DSTACK_NODES_NUM", machines && opaque(String(machines.value), said("nodes").span ?? at)],
    ["DSTACK_NODE_RANK", undefined],
    ["DSTACK_NODES_IPS", undefined],
    ["DSTACK_MASTER_NODE_IP", undefined],
  ]);
}

const sizes: Readonly<Record<string, number>> = { mb: 2 ** 20, gb: 2 ** 30, tb: 2 ** 40 };

function sharedMemory(size: YamlValue, { lines }: ReaderContext): Unit["hardware"]["sharedMemory"] {
  const text = size.text();
  const match = text && isReadable(text.value) ? /^([\d.]+)\s*(MB|GB|TB)?$/i.exec(text.value) : null;
  if (!text || !match) return { value: "unseen", origin: "inferred" };
  const bytes: Located<number> = {
    value: Number(match[1]) * (sizes[(match[2] ?? "gb").toLowerCase()] ?? 1),
    origin: "file",
    range: lines.range(spanOf(text)),
  };
  return bytes;
}
