import type { Hardware } from "../../deployment.ts";
import { type Devices, listedDevices } from "../../devices.ts";
import type { Known, Located } from "../../located.ts";
import { isReadable, type Mapped, spanOf } from "../../mapped.ts";
import { message } from "../../message.ts";
import { indentAt, lineBreak, lineStart } from "../../placement.ts";
import type { Span } from "../../text.ts";
import type { Unit } from "../../units.ts";
import type { Variables } from "../../variables.ts";
import { visibleDevices } from "../../visible-devices.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { wholeNumber } from "../pods/resources.ts";
import type { Service } from "./compose-service.ts";

/** A service's accelerators and shared memory; `alone` false = several engines share them by their own device lists. */
export function serviceHardware(service: Service, variables: Variables, alone: boolean, context: ReaderContext): Unit["hardware"] {
  const { lines } = context;
  const short = service.get("gpus");
  const reservations = service.get("deploy", "resources", "reservations");
  const devices = [...reservations.at("devices").items(), ...short.items()];
  const device = short.isList
    ? short.items()[0]
    : devices.find(
        (one) =>
          one
            .at("capabilities")
            .items()
            .some((item) => item.string === "gpu" || item.items().some((inner) => inner.string === "gpu")) ||
          /^(nvidia|amd|cdi)$/.test(one.at("driver").string),
      );
  const swarm = reservations
    .at("generic_resources")
    .items()
    .map((one) => one.at("discrete_resource_spec"))
    .find((one) => /gpu/i.test(one.at("kind").string));
  return {
    devices: deviceIds(device, context) ?? listedDevices("host", [variables], lines),
    gpusPerNode: alone
      ? device
        ? deviceCount(device, context)
        : (wholeNumber(swarm?.at("value") ?? short, lines) ?? runtimeDevices(variables, lines))
      : undefined,
    gpuRequest: undefined,
    nodes: { value: 1, origin: "inferred", why: message("a compose service runs on one machine") },
    gpusPerInstance: undefined,
    resource: resourceOf(service, device ?? swarm),
    sharedMemory: sharedMemory(service, lines),
    sharedMemorySites: shmSites(service.own, context),
  };
}

/** The kind of accelerator that a service is given: AMD's by their device files, Gaudis by their runtime. */
function resourceOf(service: Service, device: YamlValue | undefined): string | null {
  const files = service
    .get("devices")
    .items()
    .map((item) => item.string);
  if (device?.at("driver").string === "amd" || files.some((file) => file.startsWith("/dev/kfd"))) return "amd.com/gpu";
  const runtime = service.get("runtime").string;
  if (device || service.get("gpus").exists || runtime === "nvidia") return "nvidia.com/gpu";
  return runtime === "habana" ? "habana.ai/gaudi" : null;
}

/** The container runtime maps in what its variable lists; other device lists only choose among what is there. */
function runtimeDevices(variables: Variables, lines: ReaderContext["lines"]): Known<number> {
  const own = ["NVIDIA_VISIBLE_DEVICES", "HABANA_VISIBLE_DEVICES"].map((name) => new Map([[name, variables.get(name)]]));
  return visibleDevices(own, lines);
}

/** `device_ids: ["0", "1"]`, each its own device. */
function deviceIds(device: YamlValue | undefined, { lines }: ReaderContext): Known<Devices> {
  const ids = device && listedIds(device);
  const span = device?.at("device_ids").span;
  if (!ids || !span || ids.some((id) => !/^[\w/-]+$/.test(id))) return undefined;
  return { value: { place: "host", ids }, origin: "file", range: lines.range(span) };
}

/** Docker joins the entries with commas, so that `"0,1"` is two devices; one of the caller's shell or `nvidia.com/gpu=all` may be any number. */
function listedIds(device: YamlValue): readonly string[] | undefined {
  const ids = device
    .at("device_ids")
    .items()
    .flatMap((item) => (item.text()?.value ?? "").split(",").map((id) => id.trim()));
  return ids.length === 0 || ids.some((id) => id === "" || id.includes("$") || /(^|=)all$/.test(id)) ? undefined : ids;
}

/** `count: N`, or the number of `device_ids`; `all` is as many as the machine has: unknown. */
function deviceCount(device: YamlValue, { lines }: ReaderContext): Known<number> {
  const ids = device.at("device_ids");
  if (ids.isList) {
    const { span } = ids;
    const value = listedIds(device)?.length;
    if (value === undefined) return undefined;
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
