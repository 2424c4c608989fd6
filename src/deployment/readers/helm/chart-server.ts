import type { EngineId, Flag } from "../../deployment.ts";
import { findLaunches, type Launch } from "../../launch.ts";
import { isReadable, type Mapped } from "../../mapped.ts";
import { plainUnit, type Unit, unknownHardware } from "../../units.ts";
import type { Variables } from "../../variables.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { extraArguments, listWords } from "../fields/extra-arguments.ts";
import { fieldFlag } from "../fields/field-flags.ts";
import { copies } from "../pods/copies.ts";
import { listedVariables, writtenEnvironment } from "../pods/environment.ts";
import { affinityHint, nodeHints } from "../pods/node-hints.ts";
import { recognise } from "../pods/recognise.ts";
import { acceleratorCount, type GpuCount, gpuCount } from "../pods/resources.ts";
import { chartImage } from "./chart-image.ts";

/** What a chart's values say of the one server that the chart runs. */
export interface ChartServer {
  readonly unit: Omit<Unit, "format" | "name" | "anchor" | "extent">;
  /** The whole command stands in the values; otherwise the chart adds arguments that nobody sees here. */
  readonly ownCommand: boolean;
}

export type NamedEngine = Pick<Launch, "engine" | "launcher">;

/** Where charts keep the server's container, beside the top of the values. */
const containers: readonly (readonly string[])[] = [["inference", "modelServer"], ["modelServer"], ["server"], ["engine"], ["deployment"]];
const commands: readonly (readonly string[])[] = [["image", "command"], ["command"], ["extraCmd", "command"]];
const argumentLists = ["args", "extraArgs", "extraCmdArgs", "additionalArgs", "vllmArgs"];
/** Where they keep the engine's settings. */
const sections = ["model", "modelParameters", "engine", "server", "config", "vllmConfig", "vllm", "sglang", "serverArgs", "engineArgs"];
const modelFields: readonly (readonly string[])[] = [
  ["LLM_MODEL_ID"],
  ["MODEL_ID"],
  ["EMBEDDING_MODEL_ID"],
  ["RERANK_MODEL_ID"],
  ["model", "id"],
  ["model", "modelId"],
  ["model", "name"],
  ["model", "repo"],
  ["model", "path"],
  ["model"],
  ["modelParameters", "modelId"],
  ["modelId"],
  ["modelName"],
  ["modelURL"],
  ["vllm", "model"],
  ["vllmConfig", "model"],
];

/** The server of a chart that runs one: by its command, its image's entry point, or the engine that the chart is `named` after. */
export function chartServer(values: YamlValue, named: NamedEngine | undefined, context: ReaderContext): ChartServer | undefined {
  const container = serverContainer(values);
  const variables = environment(container.at("env"));
  const command = commands.map((path) => container.at(...path)).find((value) => value.items().length > 0);
  const args = argumentLists.map((key) => extraArguments(container.at(key), "vllm")).filter((launch) => launch !== undefined);
  const words = args.flatMap((launch) => launch.words);
  const started = findLaunches([...(command ? listWords(command) : []), ...words], variables).launches[0];
  const image = chartImage(container.at("image"));
  const server = started ?? (command ? undefined : engineOf(image, words, variables, context)) ?? named;
  if (!server) return undefined;
  const { engine, launcher } = server;
  const gpus = containerGpus(container, values, context);
  const replicas = [values.at("replicaCount"), values.at("replicas"), container.at("deployment", "replicas")].find(({ exists }) => exists);
  return {
    ownCommand: started !== undefined,
    unit: {
      ...plainUnit,
      engine,
      launcher,
      launch: started ?? (args[0] && { ...args[0], engine, launcher, words }),
      mapping: {
        flags: settings(values, engine, context),
        site: undefined,
        model: modelOf(values),
        complete: started !== undefined,
        readBy: "platform",
      },
      image,
      environment: variables,
      complete: !values.document.structuralTemplate && values.document.errors.length === 0,
      instances: copies(replicas ?? values.at("replicas"), context),
      hardware: { ...unknownHardware, gpusPerNode: gpus.count, gpuRequest: gpus.request, resource: gpus.resource },
      gpuHints: [...nodeHints(values), ...affinityHint(listWords(values.at("gpuModels"))), ...gpus.hints],
      groupSize: "one-pod",
    },
  };
}

/** Where a chart's values say what its container is. */
export function serverContainer(values: YamlValue): YamlValue {
  return [values, ...containers.map((path) => values.at(...path))].find((one) => one.at("image").exists) ?? values;
}

/** The image's own server, or the one whose flags the arguments are. */
function engineOf(
  image: Mapped | undefined,
  args: readonly Mapped[],
  environment: Variables,
  { names }: ReaderContext,
): Launch | undefined {
  return recognise({ command: undefined, args, image, environment }, names).launches[0];
}

/** A list of names and values, or a mapping. */
function environment(env: YamlValue): Variables {
  return env.isList ? listedVariables(env, new Map()) : writtenEnvironment(env);
}

function containerGpus(container: YamlValue, values: YamlValue, { lines }: ReaderContext): GpuCount {
  // `resources.gpu` holds the limits and requests of one with accelerators.
  const places = [container, container.at("deployment"), values].flatMap((owner) => {
    const own = owner.at("resources", "gpu");
    return [gpuCount(owner, lines), acceleratorCount(own.at("limits"), own.at("requests"), lines)];
  });
  return places.find(({ resource }) => resource !== null) ?? gpuCount(values, lines);
}

/** Values under the names of flags, however a chart spells them. A switch that is off may just be left out. */
function settings(values: YamlValue, engine: EngineId, context: ReaderContext): Flag[] {
  const top = ownSettings(values, engine, context).filter(({ spelled }) => /[A-Z_-]|^dtype$/.test(spelled));
  const inner = sections.flatMap((key) => ownSettings(values.at(key), engine, context));
  return [...top, ...inner].filter(({ negated }) => !negated);
}

function ownSettings(owner: YamlValue, engine: EngineId, context: ReaderContext): Flag[] {
  const names = context.names(engine);
  return owner.entries().flatMap((entry) => {
    const { key } = entry;
    if (!key || entry.isMap || !isReadable(key.value)) return [];
    const flag = key.value.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replaceAll("_", "-");
    const name = names.resolve(`--${flag}`);
    const isFlag = name.facts !== undefined && name.name.replaceAll("_", "-") === flag && flag !== "model";
    return isFlag ? [fieldFlag(entry, key, name, context)] : [];
  });
}

function modelOf(values: YamlValue): Mapped | undefined {
  return modelFields.map((path) => values.at(...path).text()).find((text) => text !== undefined && text.value !== "");
}
