import { wordTable } from "../../../catalog/word-table.ts";
import type { EngineId } from "../../deployment.ts";
import type { Known } from "../../located.ts";
import { spanOf } from "../../mapped.ts";
import { message } from "../../message.ts";
import type { Span } from "../../text.ts";
import { type CompanionUnit, type GpuHint, plainUnit, type Unit, unknownHardware } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import { overlaid } from "../../yaml-merge.ts";
import type { ReaderContext } from "../context.ts";
import { engineMapping } from "../fields/engine-mapping.ts";
import { extraArguments } from "../fields/extra-arguments.ts";
import { writtenEnvironment } from "../pods/environment.ts";
import { wholeNumber } from "../pods/resources.ts";
import { fileTitle, rootAnchor } from "../pods/workload.ts";
import type { Reader } from "../reader.ts";
import { isRecipe, isSwept, type RecipeRole, recipeImage, recipeRoles } from "./srt-recipe.ts";

const format = "srt-slurm";
const engines: Readonly<Record<string, EngineId>> = wordTable({ sglang: "sglang", vllm: "vllm", trtllm: "tensorrt-llm" });
/** What of a variant can change the engines that it starts; others run another benchmark on the same. */
const engineKeys = ["model", "resources", "backend", "engine", "roles"];

/** Enroot binds the host's /dev/shm into every container. */
const sharedMemory = { value: "host", origin: "inferred" } as const;

/** A recipe of srt-slurm, or a `base` with variants over it that start engines of their own. */
export const srtSlurmReader: Reader = (root, extent, context) => {
  const base = root.at("base");
  const first = base.isMap ? base : root;
  if (!isRecipe(first)) return undefined;
  const title = first.at("name").string || fileTitle(context.fileName);
  const units = recipeUnits(first, title, rootAnchor(root, extent), extent, context);
  const variants = base.isMap ? root.entries().filter(({ key }) => key?.value.startsWith("override_")) : [];
  for (const variant of variants) {
    const { key, span } = variant;
    if (!key || !span || !engineKeys.some((name) => variant.at(name).exists)) continue;
    const name = variant.at("name").string || `${title}_${key.value.slice("override_".length)}`;
    units.push(...recipeUnits(overlaid(base, variant), name, key.span, { start: key.span.start, end: span.end }, context));
  }
  return { format, units, companions: besideEngines(first) };
};

/** The front end that spreads requests, and the load that a recipe measures. */
function besideEngines(recipe: YamlValue): CompanionUnit[] {
  const frontend = recipe.at("frontend", "type").text();
  const benchmark = recipe.at("benchmark", "type").text();
  return [
    ...(frontend && frontend.value !== "none" ? [{ kind: "router", name: frontend.value, span: spanOf(frontend) } as const] : []),
    ...(benchmark && benchmark.value !== "manual" ? [{ kind: "benchmark", name: benchmark.value, span: spanOf(benchmark) } as const] : []),
  ];
}

function recipeUnits(recipe: YamlValue, name: string, anchor: Span, extent: Span, context: ReaderContext): Unit[] {
  const roles = recipeRoles(recipe);
  // Roles with engines of their own are no pools of one.
  const isOne = roles.every(({ engine }) => engine === roles[0]?.engine);
  return roles.map((role) => {
    const engine = engines[role.engine] ?? "other";
    const launcher = engine === "other" ? (role.engine === "mocker" ? "dynamo" : role.engine) : "srt-slurm";
    return {
      ...plainUnit,
      format,
      name: roles.length > 1 ? `${name}/${role.name}` : name,
      deployment: isOne ? name : null,
      anchor,
      extent: roles.length > 1 ? roleExtent(role, extent) : extent,
      engine,
      launcher,
      launch: extraArguments(role.extraArguments, engine),
      mapping: roleMapping(recipe, role, engine, context),
      image: recipeImage(role.container) ?? recipeImage(recipe.at("identity", "container", "image")),
      environment: new Map([...writtenEnvironment(recipe.at("environment")), ...writtenEnvironment(role.environment)]),
      complete: recipe.document.errors.length === 0 && !recipe.document.structuralTemplate,
      role: role.name === "agg" ? "mixed" : role.name,
      instances: wholeNumber(role.workers, context.lines),
      hardware: { ...unknownHardware, ...workerGpus(recipe, role, roles, context), sharedMemory },
      gpuHints: gpuHints(recipe),
      precision: recipe.at("model", "precision").text(),
      installedVersion: recipe.at("identity", "frameworks", role.engine).text(),
      groupSize: "group",
    };
  });
}

/** A role's settings; a sweep's place-holders are unknown. Where nothing is set, srt-slurm may still choose sizes itself. */
function roleMapping(recipe: YamlValue, { settings }: RecipeRole, engine: EngineId, context: ReaderContext): Unit["mapping"] {
  const written = engineMapping(settings, engine, engine === "tensorrt-llm" ? "engine" : "platform", context);
  const flags = written.flags.map((flag) => (isSwept(flag.value?.value) ? { ...flag, value: undefined } : flag));
  const model = recipe.at("identity", "model", "repo").text() ?? recipe.at("model", "path").text();
  return { ...written, flags, model, complete: written.complete && settings.exists };
}

/** GPUs of one worker and the nodes it spans, by srt-slurm's own rule (ResourceConfig of core/schema.py). */
function workerGpus(recipe: YamlValue, role: RecipeRole, roles: readonly RecipeRole[], { lines }: ReaderContext) {
  const perNode = wholeNumber(recipe.at("resources", "gpus_per_node"), lines);
  const gpus = gpusOf(role) ?? (sharesNodes(role) ? sharedWith(roles) : undefined);
  const nodes: Known<number> = gpus &&
    perNode && {
      value: Math.ceil(gpus.value / Math.max(1, perNode.value)),
      origin: "inferred",
      why: message("{0} GPUs on nodes of {1}", gpus.value, perNode.value),
    };
  return { gpusPerInstance: gpus, nodes };

  /** Workers that get no nodes of their own take what a prefill worker takes. */
  function sharedWith(all: readonly RecipeRole[]): Known<number> {
    const prefill = all.find(({ name }) => name === "prefill");
    return prefill && prefill !== role ? gpusOf(prefill) : undefined;
  }

  function gpusOf({ gpus: written, nodes: nodesWritten, workers }: RecipeRole): Known<number> {
    if (written.exists) return wholeNumber(written, lines);
    const count = wholeNumber(workers, lines);
    const all = wholeNumber(nodesWritten, lines);
    if (!perNode) return undefined;
    if (!nodesWritten.exists || !workers.exists) return { ...perNode, why: message("a worker takes a node unless told otherwise") };
    if (!all || !count || all.value === 0 || count.value === 0) return undefined;
    return {
      ...all,
      value: Math.floor((all.value * perNode.value) / count.value),
      why: message("{0} nodes of {1} GPUs for {2} workers", all.value, perNode.value, count.value),
    };
  }
}

function sharesNodes({ nodes, gpus }: RecipeRole): boolean {
  return !gpus.exists && (nodes.string === "0" || nodes.string === "colocate");
}

function gpuHints(recipe: YamlValue): readonly GpuHint[] {
  const word = recipe.at("resources", "gpu_type").text();
  return word ? [{ words: [word], where: "accelerator" }] : [];
}

/** The block that holds a role's settings: what stands in it is about that role alone. */
function roleExtent({ settings }: RecipeRole, whole: Span): Span {
  const { span } = settings;
  const key = settings.key?.span;
  return span && key ? { start: key.start, end: span.end } : whole;
}
