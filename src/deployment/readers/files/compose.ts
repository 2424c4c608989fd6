import { findLaunches, type Launches } from "../../launch.ts";
import type { Known } from "../../located.ts";
import { isReadable, type Mapped, spanOf } from "../../mapped.ts";
import { message } from "../../message.ts";
import { splitCommand } from "../../shell-words.ts";
import { type CompanionUnit, plainUnit, type Unit } from "../../units.ts";
import { expandCompose, type Variables } from "../../variables.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { commandRouting, companionKind } from "../pods/companions.ts";
import { composeEnvironment } from "../pods/environment.ts";
import { namedConfig } from "../pods/named-config.ts";
import { recognise } from "../pods/recognise.ts";
import { wholeNumber } from "../pods/resources.ts";
import { storeFiles } from "../pods/store-files.ts";
import type { Reader } from "../reader.ts";
import { serviceHardware } from "./compose-hardware.ts";
import { composeMounts, mountedDocument } from "./compose-mounts.ts";
import { Service } from "./compose-service.ts";

/** A compose file: one unit for each service that starts an engine. */
export const composeReader: Reader = (root, _extent, context) => {
  const services = root.at("services");
  if (!services.isMap || root.at("apiVersion").exists) return undefined;
  const entries = services.entries();
  const byName = new Map(entries.flatMap((entry) => (entry.key ? [[entry.key.value, entry] as const] : [])));
  const found = entries.flatMap((entry) => (entry.key && entry.isMap ? [{ service: new Service(entry, byName), key: entry.key }] : []));
  const units = found.flatMap(({ service, key }) => serviceUnits(service, key, context));
  if (units.length === 0) return undefined;
  const engines = new Set(units.map(({ anchor }) => anchor.start));
  const others = found.filter(({ key }) => !engines.has(spanOf(key).start));
  return { format: "docker-compose", units, companions: others.flatMap(({ service, key }) => companion(service, key)) };
};

function companion(service: Service, key: Mapped): CompanionUnit[] {
  const kind = companionKind([service.get("entrypoint"), service.get("command")], service.get("image").string);
  if (!kind || !isReadable(key.value)) return [];
  const { variables } = composeEnvironment(service.get("environment"), false);
  const routing = kind === "router" ? commandRouting([service.get("entrypoint"), service.get("command")], variables) : undefined;
  return [{ kind, name: key.value, span: spanOf(key), ...(routing ? { routing } : {}) }];
}

function serviceUnits(service: Service, key: Mapped, context: ReaderContext): Unit[] {
  const environment = composeEnvironment(service.get("environment"), service.get("env_file").exists);
  const written = service.get("image").text();
  const image = written && expandCompose(written);
  const entrypoint = commandWords(service.get("entrypoint"), environment.variables);
  const command = commandWords(service.get("command"), environment.variables);
  const launches = serviceLaunches(service, entrypoint, command, image, environment.variables, context);
  const end = service.own.span?.end ?? key.span.end;
  const hardware = serviceHardware(service, environment.variables, launches.launches.length === 1, context);
  const mounts = composeMounts(service);
  const mounted = (path: string) => mountedDocument(path, mounts, context);
  return launches.launches.map((launch) => ({
    ...plainUnit,
    format: "docker-compose",
    name: key.value,
    anchor: spanOf(key),
    extent: { start: key.span.start, end },
    engine: launch.engine,
    launcher: launch.launcher,
    launch,
    mapping: namedConfig(launch, service.own.document, context, mounted),
    storeFiles: storeFiles(launch, { document: service.own.document, environment: environment.variables, mounted }, context),
    mounts,
    image,
    environment: environment.variables,
    environmentComplete: environment.complete,
    complete: !service.own.document.structuralTemplate && service.own.document.errors.length === 0,
    instances: instances(service, context),
    hardware,
    installedVersion: launches.installedVersion,
    joinsRay: launches.joinsRay,
    groupSize: "one-pod",
  }));
}

function serviceLaunches(
  service: Service,
  entrypoint: CommandText | undefined,
  command: CommandText | undefined,
  image: Mapped | undefined,
  variables: Variables,
  context: ReaderContext,
): Launches {
  if (entrypoint && entrypoint.words.length > 0) {
    const script = command ? command.script : entrypoint.script;
    return findLaunches([...entrypoint.words, ...(command?.words ?? [])], variables, script);
  }
  // An image that is built here may start anything; without a command nothing tells.
  if (service.get("build").exists && !command) return { launches: [], installedVersion: undefined, joinsRay: false, strayOptions: [] };
  return recognise(
    {
      command: undefined,
      args: command?.words ?? [],
      image,
      environment: variables,
      script: command?.script,
      saysVllm: false,
    },
    context.names,
  );
}

interface CommandText {
  readonly words: readonly Mapped[];
  /** The text they were split from; undefined for a list. */
  readonly script: Mapped | undefined;
}

/** compose splits a string like a shell does, but expands only its own `${…}`; a list is taken as it is. */
function commandWords(value: YamlValue, variables: Variables): CommandText | undefined {
  if (value.isList) {
    const texts = value.items().map((item) => item.text());
    return { words: texts.filter((text) => text !== undefined).map(expandCompose), script: undefined };
  }
  const text = value.text();
  if (!text) return undefined;
  const script = expandCompose(text);
  return { words: splitCommand(script, variables).flatMap(({ words }) => words), script };
}

function instances(service: Service, context: ReaderContext): Known<number> {
  const replicas = service.get("deploy", "replicas");
  const written = replicas.exists ? replicas : service.get("scale");
  if (written.exists) return wholeNumber(written, context.lines);
  return { value: 1, origin: "engine-default", why: message("compose starts one unless told otherwise") };
}
