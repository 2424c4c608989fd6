import { isReadable, type Mapped } from "../../mapped.ts";
import type { YamlValue } from "../../yaml-document.ts";

/** One worker role of a recipe, wherever its layout keeps it. */
export interface RecipeRole {
  readonly name: "prefill" | "decode" | "agg";
  readonly nodes: YamlValue;
  readonly workers: YamlValue;
  readonly gpus: YamlValue;
  /** The engine's own settings. */
  readonly settings: YamlValue;
  readonly environment: YamlValue;
  readonly extraArguments: YamlValue;
  readonly container: YamlValue;
  /** As the recipe names it: `sglang`, `vllm`, `trtllm`, `mocker`. */
  readonly engine: string;
}

/** Is it a recipe of srt-slurm: a model with its container, and resources for an engine? */
export function isRecipe(root: YamlValue): boolean {
  const model = root.at("model");
  return (
    model.at("path").exists &&
    model.at("container").exists &&
    root.at("resources").isMap &&
    ["backend", "engine", "roles"].some((key) => root.at(key).exists)
  );
}

/**
 * The roles that a recipe starts: `roles.prefill.args` of layout 2, `backend.sglang_config.prefill` and `resources.prefill_nodes` of
 * layout 1 (docs/legacy-v1.md of srt-slurm), each setting from where it is.
 */
export function recipeRoles(root: YamlValue): RecipeRole[] {
  return (["prefill", "decode", "agg"] as const).map((name) => roleNamed(root, name)).filter(isStarted);
}

function roleNamed(root: YamlValue, name: RecipeRole["name"]): RecipeRole {
  const role = root.at("roles", name);
  const resources = root.at("resources");
  const backend = root.at("backend");
  const long = name === "agg" ? "aggregated" : name;
  const engine = engineName(role.at("engine")) || engineName(root.at("engine")) || backend.at("type").string || "sglang";
  return {
    name,
    nodes: either(role.at("nodes"), resources.at(`${name}_nodes`)),
    workers: either(role.at("workers"), resources.at(`${name}_workers`)),
    gpus: either(role.at("gpus"), resources.at(`gpus_per_${name}`)),
    settings: either(role.at("args"), backend.at(`${engine}_config`, long)),
    environment: either(role.at("env"), backend.at(`${long}_environment`)),
    extraArguments: either(role.at("extra_args"), backend.at(`${long}_extra_args`)),
    container: either(role.at("container"), root.at("model", "container")),
    engine,
  };
}

function isStarted({ nodes, workers, settings }: RecipeRole): boolean {
  if (workers.string === "0") return false;
  return workers.exists || (nodes.exists && nodes.string !== "0") || (settings.isMap && !nodes.exists);
}

function engineName(engine: YamlValue): string {
  return engine.isMap ? engine.at("type").string : engine.string;
}

function either(first: YamlValue, second: YamlValue): YamlValue {
  return first.exists ? first : second;
}

/** A place-holder of a sweep (`"{max_batch}"`), which has several values. */
const sweptValue = /^\{\s*"?\w+"?\s*(:\s*null\s*)?\}$/;

export function isSwept(value: string | null | undefined): boolean {
  return typeof value === "string" && sweptValue.test(value);
}

/** The container where it is an image: aliases of the cluster and squashed files say nothing. */
export function recipeImage(container: YamlValue): Mapped | undefined {
  const text = container.text();
  if (!text || !isReadable(text.value) || !/^[^/.][^:]*[/:]/.test(text.value) || text.value.endsWith(".sqsh")) return undefined;
  return text;
}
