import type { Arguments } from "./arguments.ts";
import type { UnitDirectives } from "./assigned-directives.ts";
import type { Flag, ModelReference } from "./deployment.ts";
import { dialects } from "./engines/dialect.ts";
import type { JoinContext } from "./join.ts";
import type { Known } from "./located.ts";
import { isReadable, type Mapped, spanOf } from "./mapped.ts";
import { message } from "./message.ts";
import type { NeighbourModel } from "./neighbours.ts";
import type { Range } from "./text.ts";
import type { Mount, Unit } from "./units.ts";
import { readable } from "./variables.ts";

/** What the engine is told to load: the positional word, else `--model`, else the config file's key. */
export function modelWord(
  unit: Unit,
  { positionals }: Arguments,
  flags: ReadonlyMap<string, Flag>,
): { readonly text: Mapped } | { readonly flag: Flag } | undefined {
  const first = positionals.find(({ value }) => value !== "");
  // A word that cannot be read is more likely another flag than the model that a flag names already.
  const isModel = first !== undefined && (isReadable(first.value) || !flags.has("model"));
  const { modelFlags, modelVariables } = dialects[unit.engine];
  const flag = modelFlags.map((name) => flags.get(name)).find((one) => one !== undefined);
  const field = unit.mapping?.readBy === "platform" ? unit.mapping.model : undefined;
  if (unit.launch?.positionalModel && isModel) return { text: field && saysMore(field.value, readable(first)?.value) ? field : first };
  if (flag && !(field && saysMore(field.value, flag.value?.value))) return { flag };
  if (unit.mapping?.model) return { text: unit.mapping.model };
  const variable = modelVariables.map((name) => unit.environment.get(name)).find((text) => text !== undefined);
  return variable && { text: variable };
}

/** A platform's field names the model where the flag has a directory, the same name, or what only the platform can read. */
function saysMore(field: string, flag: string | null | undefined): boolean {
  return flag === undefined || flag === null || flag.startsWith("/") || flag === modelIdOf(field);
}

/** The model that a word names, with its architecture where somebody knows it. */
export function modelReference(
  word: ReturnType<typeof modelWord>,
  { fetched, mounts }: Unit,
  directives: UnitDirectives,
  context: JoinContext,
): Known<ModelReference> {
  if (!word) return undefined;
  const reference = (name: string): ModelReference => ({
    name,
    ...modelFacts(fetched?.as === name ? fetched.from.value : name, mounts, directives, context),
  });
  if ("flag" in word) {
    const { value } = word.flag;
    return value?.value ? { ...value, value: reference(value.value) } : undefined;
  }
  const { text } = word;
  if (!isReadable(text.value) || text.value === "") return undefined;
  return { value: reference(text.value), origin: "file", range: context.lines.range(spanOf(text)) };
}

/** What the directive names (a described or a known model, a folder), a description under the file's own name, the folder it names, else the catalogue. */
function modelFacts(name: string, mounts: readonly Mount[], directives: UnitDirectives, context: JoinContext): Looked {
  const { surroundings, catalog, lines } = context;
  const described = directives.values.get("model-config");
  const byDirective = described && (surroundings.models.get(described.value) ?? catalog.model(described.value)?.model);
  if (described && byDirective) return { facts: { value: byDirective, origin: "directive", range: lines.range(described.span) } };
  const folder = described && surroundings.neighbours.model(described.value, undefined);
  if (described && folder) return fromFolder(folder, "directive", lines.range(described.span));
  const own = surroundings.models.get(name);
  if (own) return { facts: { value: own, origin: "project", why: message("described in the project") } };
  const path = localPath(name, mounts);
  const local = path === undefined ? undefined : surroundings.neighbours.model(path, undefined);
  if (local) return fromFolder(local, "file");
  const match = catalog.model(modelIdOf(name));
  if (!match) return described ? { facts: undefined, problem: namesNothing(described.value) } : { facts: undefined };
  if (match.how === "exact" || match.how === "alias")
    return { facts: { value: match.model, origin: "file", why: message("{0} in the catalogue", match.model.id) } };
  const why = message(match.how === "re-upload" ? "a re-upload of {0}" : "a quantised variant of {0}", match.model.id);
  return { facts: { value: match.model, origin: "inferred", why } };
}

function namesNothing(value: string): string {
  return `model-config names ${value}, which is no described model, no known one, and no folder with a config.json here.`;
}

type Looked = Pick<ModelReference, "facts" | "problem">;

function fromFolder(folder: NeighbourModel, origin: "file" | "directive", range?: Range): Looked {
  if (!folder.model) return { facts: undefined, problem: folder.problem };
  return { facts: { value: folder.model, origin, ...(range ? { range } : {}), why: message("read in {0}", folder.name) } };
}

/** Where a path lies on the machine that holds the file: as it is written, or behind a folder that is mounted there. */
function localPath(name: string, mounts: readonly Mount[]): string | undefined {
  const path = name.replace(/\/+$/, "");
  const mount = mounts.find(({ target }) => path === target || path.startsWith(`${target}/`));
  if (mount) return `${mount.source}${path.slice(mount.target.length)}`;
  return /^\.{1,2}(\/|$)|^\//.test(path) ? path : undefined;
}

/** The hub's id in what a platform is told to fetch: `hf://org/name`, `hf:org/name`, `pvc+hf://claim/path/org/name`, `org/name:revision`. */
function modelIdOf(name: string): string {
  if (/^hf:[^/]/.test(name)) return name.slice(3);
  const [, scheme, path] = /^([a-z+]+):\/\/(.*)$/.exec(name) ?? [];
  if (path === undefined) return name;
  // Behind a claim and a path in it stands the hub's id (argsByProtocol of llm-d-modelservice).
  if (scheme === "pvc+hf") return /[^/]+\/[^/]+$/.exec(path)?.[0] ?? name;
  const id = /^[^/@:]+\/[^/@:]+/.exec(path)?.[0];
  return (scheme === "hf" || scheme === "huggingface") && id !== undefined ? id : name;
}
