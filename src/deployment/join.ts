import type { Catalog } from "../catalog/catalog.ts";
import type { Model } from "../catalog/facts.ts";
import { type Arguments, lastOfEach, parseArguments } from "./arguments.ts";
import type { UnitDirectives } from "./assigned-directives.ts";
import { withAssumedFlags } from "./assumed-flags.ts";
import type { ArgumentSite, Deployment, EngineConfig, Flag, ModelReference, Pool } from "./deployment.ts";
import { dialects } from "./engines/dialect.ts";
import { environmentFlags } from "./environment-flags.ts";
import { flagNames } from "./flag-names.ts";
import { gpuType } from "./gpu-type.ts";
import { unitHardware } from "./hardware.ts";
import { isCpuImage, isOwnImage, versionOfImage } from "./images.ts";
import type { Known } from "./located.ts";
import { isReadable, type Mapped, spanOf } from "./mapped.ts";
import { message } from "./message.ts";
import { siteAfter } from "./placement.ts";
import { arcticPlugin, environmentOf } from "./plugin.ts";
import { roleOfFlags, roleOfName } from "./pool-role.ts";
import { serviceTerms } from "./service-terms.ts";
import { withPrecision } from "./stated-precision.ts";
import type { Surroundings } from "./surroundings.ts";
import type { LineMap } from "./text.ts";
import type { Unit } from "./units.ts";
import { readable } from "./variables.ts";
import { parseVersion, type Version } from "./version.ts";

export interface JoinContext {
  readonly source: string;
  readonly lines: LineMap;
  readonly catalog: Catalog;
  readonly surroundings: Surroundings;
}

/** A unit with its flags resolved, its model, version and GPU looked up: the one Deployment that everything else reads. */
export function joinUnit(unit: Unit, directives: UnitDirectives, context: JoinContext): Deployment {
  const { lines, catalog, surroundings } = context;
  const anchor = lines.range(unit.anchor);
  const version = engineVersion(unit, directives, context);
  const names = flagNames(catalog.flags(unit.engine), version?.value);
  const parsed = unitArguments(unit, names, context);
  const flags = withAssumedFlags(lastOfEach(effective(parsed.flags, unit, version?.value)), surroundings, names, anchor);
  const named = modelReference(modelWord(unit, parsed, flags), unit, directives, context);
  const model = named && { ...named, value: { ...named.value, facts: withPrecision(named.value.facts, unit.precision) } };
  const facts = model?.value.facts?.value;
  const complete = unit.complete && parsed.complete;
  const engine: EngineConfig = {
    version,
    parallel: dialects[unit.engine].parallel(flags, complete, facts),
    flags,
    written: parsed.flags,
    environment: environmentOf(unit, lines),
    complete,
    site: argumentSite(unit, context),
    foreignBuild: unit.image !== undefined && !unit.installedVersion && !isOwnImage(unit.image.value, unit.engine),
    arctic: arcticPlugin(unit, flags, lines),
    executor: executor(flags),
  };
  const gpu = gpuType(
    {
      directive: directives.values.get("gpu"),
      hints: unit.gpuHints,
      resource: unit.hardware.resource,
      cpuOnly: unit.image !== undefined && isCpuImage(unit.image.value),
    },
    surroundings,
    catalog,
    lines,
  );
  const { hardware, instances } = unitHardware(unit, flags, gpu, directives, context);
  const pool: Pool = {
    name: unit.name,
    role: role(unit, flags),
    extent: lines.range(unit.extent),
    instances,
    engine,
    hardware,
    pod: unit.pod,
  };
  return {
    id: unit.deployment ?? unit.name,
    name: unit.deployment ?? unit.name,
    format: unit.format,
    anchor,
    engine: unit.engine,
    launcher: unit.launcher ?? (engine.arctic?.value === true ? "arctic" : null),
    model,
    pools: [pool],
    ...serviceTerms(directives, surroundings, lines),
  };
}

/** Directive, argument, the script's own installation, the image's tag, project file, setting. */
function engineVersion(unit: Unit, directives: UnitDirectives, { lines, surroundings }: JoinContext): Known<Version> {
  const written = directives.values.get("version");
  const directive = written && parseVersion(written.value);
  if (written && directive) return { value: directive, origin: "directive", range: lines.range(written.span) };
  const argument = surroundings.argument.engineVersion === undefined ? undefined : parseVersion(surroundings.argument.engineVersion);
  if (argument) return { value: argument, origin: "argument" };
  const installed = unit.installedVersion && parseVersion(unit.installedVersion.value);
  if (unit.installedVersion && installed) return { value: installed, origin: "file", range: lines.range(spanOf(unit.installedVersion)) };
  const tagged = unit.image && versionOfImage(unit.image, unit.engine, lines);
  if (tagged) return tagged;
  for (const origin of ["project", "setting"] as const) {
    const text = surroundings[origin].engineVersion;
    const value = text === undefined ? undefined : parseVersion(text);
    if (value) return { value, origin };
  }
  return undefined;
}

function unitArguments(unit: Unit, names: ReturnType<typeof flagNames>, { source, lines }: JoinContext): Arguments {
  const { mapping, launch } = unit;
  const { config, modelFlags } = dialects[unit.engine];
  const own = launch && parseArguments(launch.words, { source, lines, style: launch.style, names });
  const variables = environmentFlags(unit, lines);
  if (!own) return { flags: [...variables, ...(mapping?.flags ?? [])], positionals: [], complete: mapping?.complete ?? false };
  const fromFile = mapping?.readBy === "engine" ? mapping.flags : [];
  const fields = mapping?.readBy === "platform" ? mapping.flags : [];
  // What a config file holds that nobody sees may be any flag.
  const unseen = mapping?.readBy !== "engine" && own.flags.some(({ name }) => config.flags.includes(name));
  const takesModel = launch?.positionalModel === true && !own.flags.some(({ name }) => modelFlags.includes(name));
  const isHidden = !takesModel && own.positionals.some(({ value }) => !isReadable(value));
  return {
    flags: config.wins ? [...variables, ...fields, ...own.flags, ...fromFile] : [...variables, ...fromFile, ...fields, ...own.flags],
    positionals: own.positionals,
    complete: own.complete && !unseen && !isHidden && (mapping?.complete ?? true),
  };
}

/** A config file's `false` becomes `--no-…` from 0.28 on and was dropped before (argparse_utils.py of the releases). */
function effective(flags: readonly Flag[], unit: Unit, version: Version | undefined): readonly Flag[] {
  if (unit.engine !== "vllm" || unit.mapping?.readBy !== "engine" || !version || version.major > 0 || version.minor >= 28) return flags;
  return flags.filter(({ negated, spelled }) => !negated || /^(--)?no/.test(spelled));
}

/** What the engine is told to load: the positional word, else `--model`, else the config file's key. */
function modelWord(
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

function modelReference(
  word: ReturnType<typeof modelWord>,
  { fetched }: Unit,
  directives: UnitDirectives,
  context: JoinContext,
): Known<ModelReference> {
  if (!word) return undefined;
  const reference = (name: string): ModelReference => ({
    name,
    facts: modelFacts(fetched?.as === name ? fetched.from.value : name, directives, context),
  });
  if ("flag" in word) {
    const { value } = word.flag;
    return value?.value ? { ...value, value: reference(value.value) } : undefined;
  }
  const { text } = word;
  if (!isReadable(text.value) || text.value === "") return undefined;
  return { value: reference(text.value), origin: "file", range: context.lines.range(spanOf(text)) };
}

/** What the directive names (a described or a known model), a description under the file's own name, else the catalogue. */
function modelFacts(name: string, directives: UnitDirectives, { surroundings, catalog, lines }: JoinContext): Known<Model> {
  const described = directives.values.get("model-config");
  const byDirective = described && (surroundings.models.get(described.value) ?? catalog.model(described.value)?.model);
  if (described && byDirective) return { value: byDirective, origin: "directive", range: lines.range(described.span) };
  const own = surroundings.models.get(name);
  if (own) return { value: own, origin: "project", why: message("described in the project") };
  const match = catalog.model(modelIdOf(name));
  if (!match) return undefined;
  return match.how === "exact" || match.how === "alias"
    ? { value: match.model, origin: "file", why: message("{0} in the catalogue", match.model.id) }
    : {
        value: match.model,
        origin: "inferred",
        why: message(match.how === "re-upload" ? "a re-upload of {0}" : "a quantised variant of {0}", match.model.id),
      };
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

function executor(flags: ReadonlyMap<string, Flag>): Known<string> {
  const value = flags.get("distributed-executor-backend")?.value;
  return value?.value ? { ...value, value: value.value } : undefined;
}

function argumentSite(unit: Unit, { source, lines }: JoinContext): ArgumentSite | undefined {
  const { launch } = unit;
  if (!launch) return unit.mapping?.site;
  const last = launch.words.at(-1) ?? launch.token;
  if (!last || !unit.complete) return undefined;
  const previous = launch.words.length > 1 ? launch.words.at(-2) : launch.token;
  const opening = launch.script && source[launch.script.span.start];
  return siteAfter(source, lines, launch.style, last, previous, unit.format === "command" || opening === "|" || opening === ">");
}

/** What the format says, else the engine's flags, else a name that they bear out. */
function role(unit: Unit, flags: ReadonlyMap<string, Flag>): Pool["role"] {
  if (unit.role !== "mixed") return unit.role;
  const told = roleOfFlags(flags);
  return told === "mixed" ? roleOfName(unit.name, flags) : told;
}
