import type { EngineId } from "../../deployment.ts";
import { huggingfaceEngine } from "../../huggingface-server.ts";
import type { Mapped } from "../../mapped.ts";
import type { Unit } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import { merged } from "../../yaml-merge.ts";
import type { ReaderContext } from "../context.ts";
import { extraArguments, listWords } from "../fields/extra-arguments.ts";
import { fieldFlags } from "../fields/field-flags.ts";
import { withFields } from "../fields/with-fields.ts";
import { copies, copiesBetween } from "../pods/copies.ts";
import { containerEnvironment } from "../pods/environment.ts";
import { containerUnit, containerUnits, type PodUnit, podUnits } from "../pods/pod.ts";
import { rootAnchor, workloadName } from "../pods/workload.ts";
import type { Reader } from "../reader.ts";
import { groupHardware, sizeVariables } from "./kserve-group.ts";
import { isKserve, isRuntime, runtimeKinds } from "./kserve-runtime.ts";
import { modelPath } from "./kserve-workload.ts";

type Engine = Omit<PodUnit, "container" | "containerAnchor">;

interface Server {
  readonly names: RegExp;
  readonly engine: EngineId;
  readonly launcher: string | null;
}

/** Formats and runtimes by the engine behind them; those of other models are nobody's. */
const servers: readonly Server[] = [
  { names: /(^|[-_.])hugging-?face/i, engine: "vllm", launcher: "huggingfaceserver" },
  { names: /(^|[-_.])vllm/i, engine: "vllm", launcher: null },
  { names: /(^|[-_.])sglang/i, engine: "sglang", launcher: null },
  { names: /(^|[-_.])(tgi|text-generation)/i, engine: "tgi", launcher: null },
  { names: /(^|[-_.])nim([-_.]|$)/i, engine: "nim", launcher: null },
];
const argumentLists: ReadonlySet<string> = new Set(["args"]);
const sizes = { tensorParallelSize: "tensor-parallel-size", pipelineParallelSize: "pipeline-parallel-size" };

/** KServe's InferenceService, where its predictor serves a language model. */
export const inferenceServiceReader: Reader = (root, extent, context) => {
  if (root.at("kind").string !== "InferenceService" || !isKserve(root)) return undefined;
  const predictor = [root.at("spec", "predictor"), root.at("spec", "default", "predictor")].find((one) => one.exists);
  const units = predictor ? predictorUnits(predictor, context) : [];
  if (units.length === 0) return undefined;
  const place = { format: "kserve-isvc", name: workloadName(root), anchor: rootAnchor(root, extent), extent } as const;
  return { format: "kserve-isvc", units: units.map((unit) => ({ ...unit, ...place })) };
};

function predictorUnits(predictor: YamlValue, context: ReaderContext): Omit<Unit, "name" | "format" | "anchor" | "extent">[] {
  const model = predictor.at("model").exists ? predictor.at("model") : predictor.at("huggingface");
  const runtime = context.object(runtimeKinds, model.at("runtime").string);
  const spec = runtime && isRuntime(runtime) ? runtime.at("spec") : undefined;
  const workers = spec ? merged(spec.at("workerSpec"), predictor.at("workerSpec")) : predictor.at("workerSpec");
  const found = model.exists
    ? modelEngines(model, predictor, spec, workers, context)
    : podUnits(predictor, sizeVariables(workers), context);
  const fewest = predictor.at("minReplicas");
  const most = predictor.at("maxReplicas");
  const instances = fewest.exists || most.exists ? copiesBetween(fewest, most, context) : copies(fewest, context);
  return found.map((unit) => ({
    ...unit,
    instances,
    groupSize: "one-pod" as const,
    ...(workers.exists ? groupHardware(unit.hardware, workers, context) : {}),
  }));
}

/** The engines of a model in its runtime: by the runtime's container with the model's over it, else by what format and runtime are called. */
function modelEngines(
  model: YamlValue,
  predictor: YamlValue,
  spec: YamlValue | undefined,
  workers: YamlValue,
  context: ReaderContext,
): Engine[] {
  const from = model.at("storageUri").text();
  const fetched = from && { from, as: modelPath };
  const container = spec && runtimeContainer(spec);
  if (spec && container) {
    const pod = merged(spec, predictor);
    const found = containerUnits(merged(container, model, argumentLists), pod, sizeVariables(workers), context);
    if (found.length > 0) return found.map((unit) => ({ ...unit, fetched, mapping: withModel(unit, from) }));
  }
  const server = serverOf(model);
  if (!server) return [];
  const words = listWords(model.at("args"));
  const { launcher } = server;
  const own: EngineId = launcher === "huggingfaceserver" ? huggingfaceEngine(words.map(({ value }) => value)) : server.engine;
  const launch = extraArguments(model.at("args"), own);
  const base = {
    ...containerUnit(model, predictor, containerEnvironment(model, new Map(), context), context),
    engine: own,
    launcher,
    launch,
    fetched,
  };
  const flags = fieldFlags(workers, sizes, own, context);
  // The runtime's own arguments stand in front of these, where nobody sees them.
  return [{ ...base, mapping: withFields(undefined, { flags, model: namesModel(words) ? undefined : from }), complete: false }];
}

/** The runtime's container that KServe lays the model's over. */
function runtimeContainer(spec: YamlValue): YamlValue | undefined {
  const containers = spec.at("containers").items();
  return containers.find((one) => one.at("name").string === "kserve-container") ?? containers[0];
}

function withModel({ mapping, launch }: PodUnit, from: Mapped | undefined): Unit["mapping"] {
  return from && !namesModel(launch?.words ?? []) ? withFields(mapping, { flags: [], model: from }) : mapping;
}

function namesModel(words: readonly Mapped[]): boolean {
  return words.some(({ value }) => /^--model([-_](id|dir|path))?(=|$)/.test(value));
}

function serverOf(model: YamlValue): Server | undefined {
  const format = model.key?.value === "huggingface" ? "huggingface" : model.at("modelFormat", "name").string;
  const known = [format, model.at("runtime").string].map((name) => servers.find(({ names }) => names.test(name)));
  return known.find((server) => server !== undefined);
}
