import type { EngineId } from "../../deployment.ts";
import { huggingfaceEngine } from "../../huggingface-server.ts";
import { engineInImage, engineOfImage, parseImage } from "../../images.ts";
import { findLaunches, type Launch, type Launches } from "../../launch.ts";
import { isReadable, type Mapped } from "../../mapped.ts";
import type { Variables } from "../../variables.ts";
import type { ReaderContext } from "../context.ts";
import type { ChartEngine } from "../helm/chart-engine.ts";
import { engineOfArguments } from "./argument-engine.ts";

/** What a container is told to run. */
export interface ContainerWords {
  /** In place of the image's entry point; undefined = that runs. */
  readonly command: readonly Mapped[] | undefined;
  readonly args: readonly Mapped[];
  readonly image: Mapped | undefined;
  readonly environment: Variables;
  /** The text that `args` were split from; undefined for a list. */
  readonly script?: Mapped | undefined;
  /** The document around it names vLLM. */
  readonly saysVllm?: boolean;
  /** The engine that its chart is named after. */
  readonly chart?: ChartEngine | undefined;
}

const nothing: Launches = { launches: [], installedVersion: undefined, joinsRay: false, strayOptions: [] };

/** Images of servers that no flag table describes as such: their entry point is the server. */
const otherServers: readonly (readonly [RegExp, string])[] = [
  [/(^|\/)text-embeddings-inference/, "text-embeddings-inference"],
  [/(^|\/)llm-d-inference-sim$/, "llm-d-inference-sim"],
  [/(^|\/)dynamo-mocker/, "dynamo"],
  [/(^|\/)huggingfaceserver(-\w+)?$/, "huggingfaceserver"],
];

/** Arguments under an image of these are another program's, however much they look like an engine's. */
const neverEngines =
  /mock|-sim\b|simulator|router|gateway|bench|exporter|operator|client|sidecar|proxy|scheduler|epp\b|runtime$|download|load/;

/** The engines a container starts: by its command line, by its image's entry point, or, in a patch, by its arguments alone. */
export function recognise(container: ContainerWords, names: ReaderContext["names"]): Launches {
  const { command, args, image, environment, script, chart } = container;
  const found = findLaunches([...(command ?? []), ...args], environment, script);
  // A command that is all template tells as much as none.
  if (found.launches.length > 0 || command?.some(({ value }) => isReadable(value))) return found;
  const server = otherServer(image);
  const engine = (image && engineOfImage(image.value)) ?? (server === undefined ? undefined : engineOfServer(server, args));
  if (engine) {
    if (isOtherProgram(args[0]?.value ?? "")) return nothing;
    const words = args[0]?.value === "serve" ? args.slice(1) : args;
    return { ...nothing, launches: [entryPoint(engine, server ?? null, words, script)] };
  }
  if (chart) return { ...nothing, launches: [entryPoint(chart.engine, chart.launcher, args, script)] };
  const byArguments = engineByArguments(container, names);
  return byArguments ? { ...nothing, launches: [entryPoint(byArguments, null, args, script)] } : nothing;
}

function engineOfServer(server: string, args: readonly Mapped[]): EngineId {
  return server === "huggingfaceserver" ? huggingfaceEngine(args.map(({ value }) => value)) : "other";
}

function otherServer(image: Mapped | undefined): string | undefined {
  const repository = image && parseImage(image.value).repository;
  if (!repository || !isReadable(repository)) return undefined;
  return otherServers.find(([pattern]) => pattern.test(repository))?.[1];
}

/** A first argument that an entry point would run instead of its server; a folder is a model. */
function isOtherProgram(first: string): boolean {
  return /^(\/|(ba|da|z)?sh$|python|bash)/.test(first) && !/^\/[\w./-]+$/.test(first);
}

/** A patch leaves the image out or has a place-holder for it; under an image that is somebody's own build two signs are asked for. */
function engineByArguments({ args, image, saysVllm = false }: ContainerWords, names: ReaderContext["names"]): EngineId | undefined {
  const isUnknown = !image || !isReadable(image.value) || /replaced?-by|placeholder/i.test(image.value);
  if (!isUnknown && neverEngines.test(parseImage(image.value).repository)) return undefined;
  const named = saysVllm && isUnknown ? "vllm" : image && engineInImage(image.value);
  return engineOfArguments(args, { names, named, signs: isUnknown ? 1 : 2 });
}

function entryPoint(engine: EngineId, launcher: string | null, words: readonly Mapped[], script: Mapped | undefined): Launch {
  return {
    engine,
    launcher,
    positionalModel: launcher === null && (engine === "vllm" || engine === "tensorrt-llm"),
    words,
    assignments: new Map(),
    style: script ? "shell" : "list",
    token: undefined,
    script,
  };
}
