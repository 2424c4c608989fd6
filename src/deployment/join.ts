import type { Catalog } from "../catalog/catalog.ts";
import { type Arguments, lastOfEach, parseArguments } from "./arguments.ts";
import type { UnitDirectives } from "./assigned-directives.ts";
import { withAssumedFlags } from "./assumed-flags.ts";
import type { ArgumentSite, Deployment, EngineConfig, Flag, Pool } from "./deployment.ts";
import { dialects } from "./engines/dialect.ts";
import { environmentFlags } from "./environment-flags.ts";
import { expertLoadWord } from "./expert-load.ts";
import { flagNames } from "./flag-names.ts";
import { gpuType } from "./gpu-type.ts";
import { unitHardware } from "./hardware.ts";
import { isCpuImage, isOwnImage, versionOfImage } from "./images.ts";
import { modelReference, modelWord } from "./join-model.ts";
import { workerLocalPrompts } from "./local-prompts.ts";
import type { Known } from "./located.ts";
import { isReadable, spanOf } from "./mapped.ts";
import { siteAfter } from "./placement.ts";
import { arcticPlugin, environmentOf, storeSettings } from "./plugin.ts";
import { roleOfFlags, roleOfName } from "./pool-role.ts";
import { serviceTerms } from "./service-terms.ts";
import { withPrecision } from "./stated-precision.ts";
import type { Surroundings } from "./surroundings.ts";
import type { LineMap } from "./text.ts";
import type { Unit } from "./units.ts";
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
    storeSettings: storeSettings(unit, lines),
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
    ...told(directives),
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
    ...localPrompts(unit, pool),
    ...serviceTerms(directives, surroundings, lines, unit.routing),
  };
}

/** Told before the engines, or by a decode worker of its own. Dynamo refuses it with SGLang. */
function localPrompts(unit: Unit, { role, engine }: Pool): Pick<Deployment, "localPrompts"> {
  if (unit.engine === "sglang") return {};
  if (unit.localPrompts) return { localPrompts: unit.localPrompts };
  const value = role === "decode" && unit.launcher === "dynamo" ? workerLocalPrompts(engine.flags) : undefined;
  const flag = engine.flags.get("conditional-disagg");
  return value && flag ? { localPrompts: { value, origin: "file", range: flag.flagRange } } : {};
}

/** What a directive tells of a pool that none of its engine's files can. */
function told({ values }: UnitDirectives): Pick<Pool, "overrides"> {
  const written = values.get("expert-load");
  const expertLoad = written && expertLoadWord(written.value);
  return expertLoad ? { overrides: { expertLoad } } : {};
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
