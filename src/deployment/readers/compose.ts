import type { Hardware } from "../deployment.ts";
import { type Devices, listedDevices } from "../devices.ts";
import { findLaunches, type Launches } from "../launch.ts";
import type { Known, Located } from "../located.ts";
import { isReadable, type Mapped, spanOf } from "../mapped.ts";
import { message } from "../message.ts";
import { indentAt, lineBreak, lineStart } from "../placement.ts";
import { splitCommand } from "../shell-words.ts";
import type { Span } from "../text.ts";
import { plainUnit, type Unit } from "../units.ts";
import { expandCompose, type Variables } from "../variables.ts";
import { visibleDevices } from "../visible-devices.ts";
import type { YamlValue } from "../yaml-document.ts";
import type { ReaderContext } from "./context.ts";
import { composeEnvironment } from "./environment.ts";
import type { Reader } from "./reader.ts";
import { recognise } from "./recognise.ts";
import { wholeNumber } from "./resources.ts";

/** A compose file: one unit for each service that starts an engine. */
export const composeReader: Reader = (root, _extent, context) => {
  const services = root.at("services");
  if (!services.isMap || root.at("apiVersion").exists) return undefined;
  const entries = services.entries();
  const byName = new Map(entries.flatMap((entry) => (entry.key ? [[entry.key.value, entry] as const] : [])));
  const units = entries.flatMap((entry) => (entry.key && entry.isMap ? serviceUnits(new Service(entry, byName), entry.key, context) : []));
  return units.length > 0 ? { format: "docker-compose", units } : undefined;
};

/** A service with what it extends in the same file. */
class Service {
  constructor(
    readonly own: YamlValue,
    private readonly services: ReadonlyMap<string, YamlValue>,
  ) {}

  get(...path: readonly string[]): YamlValue {
    let service = this.own;
    for (let hops = 0; hops < 4; hops++) {
      const found = service.at(...path);
      const base = service.at("extends");
      const name = base.isMap ? (base.at("file").exists ? "" : base.at("service").string) : base.string;
      if (found.exists || name === "") return found;
      const next = this.services.get(name);
      if (!next) return found;
      service = next;
    }
    return service.at(...path);
  }
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
  return launches.launches.map((launch) => ({
    ...plainUnit,
    format: "docker-compose",
    name: key.value,
    anchor: spanOf(key),
    extent: { start: key.span.start, end },
    engine: launch.engine,
    launcher: launch.launcher,
    launch,
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
      servesOllama: false,
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

function serviceHardware(service: Service, variables: Variables, alone: boolean, context: ReaderContext): Unit["hardware"] {
  const { lines } = context;
  const short = service.get("gpus");
  const devices = [...service.get("deploy", "resources", "reservations", "devices").items(), ...short.items()];
  const device = short.isList
    ? short.items()[0]
    : devices.find(
        (one) =>
          one
            .at("capabilities")
            .items()
            .some((item) => item.string === "gpu") || one.at("driver").string === "nvidia",
      );
  return {
    devices: deviceIds(device, context) ?? listedDevices("host", [variables], lines),
    gpusPerNode: alone
      ? device
        ? deviceCount(device, context)
        : (wholeNumber(short, lines) ?? runtimeDevices(variables, lines))
      : undefined,
    gpuRequest: undefined,
    nodes: { value: 1, origin: "inferred", why: message("a compose service runs on one machine") },
    gpusPerInstance: undefined,
    resource: device || short.exists ? "nvidia.com/gpu" : service.get("runtime").string === "habana" ? "habana.ai/gaudi" : null,
    sharedMemory: sharedMemory(service, lines),
    sharedMemorySites: shmSites(service.own, context),
  };
}

/** The container runtime maps in what its variable lists; other device lists only choose among what is there. */
function runtimeDevices(variables: Variables, lines: ReaderContext["lines"]): Known<number> {
  const own = ["NVIDIA_VISIBLE_DEVICES", "HABANA_VISIBLE_DEVICES"].map((name) => new Map([[name, variables.get(name)]]));
  return visibleDevices(own, lines);
}

/** `device_ids: ["0", "1"]`; one that comes from the caller's shell leaves the cards unknown. */
function deviceIds(device: YamlValue | undefined, { lines }: ReaderContext): Known<Devices> {
  const ids = device?.at("device_ids");
  if (!ids?.isList || !ids.span) return undefined;
  const texts = ids.items().map((item) => item.text()?.value ?? "");
  if (texts.length === 0 || texts.some((text) => !/^[\w/-]+$/.test(text))) return undefined;
  return { value: { place: "host", ids: texts }, origin: "file", range: lines.range(ids.span) };
}

/** `count: N`, or the number of `device_ids`; `all` is as many as the machine has: unknown. */
function deviceCount(device: YamlValue, { lines }: ReaderContext): Known<number> {
  const ids = device.at("device_ids");
  if (ids.isList) {
    const { span } = ids;
    const value = ids.items().length;
    return span ? { value, origin: "file", range: lines.range(span) } : { value, origin: "file" };
  }
  return wholeNumber(device.at("count"), lines);
}

const shmUnits: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 2 ** 10,
  kb: 2 ** 10,
  m: 2 ** 20,
  mb: 2 ** 20,
  g: 2 ** 30,
  gb: 2 ** 30,
};

function sharedMemory(service: Service, lines: ReaderContext["lines"]): Hardware["sharedMemory"] {
  const ipc = service.get("ipc").text();
  if (ipc && /^(host|shareable)$/.test(ipc.value)) return located("host", ipc, lines);
  const size = service.get("shm_size").text();
  const match = size && isReadable(size.value) ? /^(\d+(?:\.\d+)?)\s*([a-z]{0,2})$/i.exec(size.value.trim()) : null;
  const unit = match ? shmUnits[(match[2] ?? "").toLowerCase()] : undefined;
  if (size && match && unit !== undefined) return located(Number(match[1]) * unit, size, lines);
  if (size) return located("memory", size, lines);
  for (const volume of [...service.get("volumes").items(), ...service.get("tmpfs").items(), service.get("tmpfs")]) {
    const text = volume.text() ?? volume.at("target").text();
    if (text && /(^|:)\/dev\/shm(:|$)/.test(text.value)) return located("host", text, lines);
  }
  return undefined;
}

function located<T>(value: T, text: Mapped, lines: ReaderContext["lines"]): Located<T> {
  return { value, origin: "file", range: lines.range(spanOf(text)) };
}

/** A line `shm_size: 16gb` in front of the service's first key. */
function shmSites(service: YamlValue, { source, lines }: ReaderContext): Hardware["sharedMemorySites"] {
  const first = service.entries()[0]?.key;
  if (!first || service.isFlow || service.document.errors.length > 0) return [];
  const start = lineStart(source, first.span.start);
  if (source.slice(start, first.span.start).trim() !== "") return [];
  const at: Span = { start, end: start };
  return [{ at: lines.range(at), text: `${indentAt(source, first.span.start)}shm_size: 16gb${lineBreak(source)}` }];
}
