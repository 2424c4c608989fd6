import { engineInImage } from "../../deployment/images.ts";
import { servingDefaults } from "../serving-defaults.ts";
import type { Pod } from "./pod.ts";
import type { PodContainer } from "./pod-container.ts";

/** Where a pod may serve its metrics. */
export interface PodAddress {
  readonly scheme: "http" | "https";
  readonly port: number;
  readonly path: string;
}

const accelerators =
  /^(nvidia\.com\/|amd\.com\/gpu|google\.com\/tpu|habana\.ai\/|gpu\.intel\.com\/|huawei\.com\/|aws\.amazon\.com\/neuron)/;

/** Whether a container has accelerators. */
export function computes({ limits }: PodContainer): boolean {
  return [...limits.keys()].some((name) => accelerators.test(name));
}

/** The container that computes: the one with accelerators, else the one whose image is an engine's, else the first. */
export function engineContainer({ containers }: Pod): PodContainer | undefined {
  return containers.find(computes) ?? containers.find(({ image }) => engineInImage(image) !== undefined) ?? containers[0];
}

/**
 * Where a pod may serve metrics, the likeliest first: what its annotations say to Prometheus, a port named for it, the port its engine is
 * told, those it declares. A pod that only lends its GPUs to a leader declares none and serves none.
 */
export function servingPorts(pod: Pod): readonly PodAddress[] {
  const engine = engineContainer(pod);
  if (!engine) return [];
  const { port, paths } = servingDefaults[engineInImage(engine.image) ?? "other"];
  const scheme = toldOf(engine, /--ssl-certfile[ =]/) === undefined ? "http" : "https";
  const declared = [...engine.ports].sort((a, b) => Number(isForMetrics(b.name)) - Number(isForMetrics(a.name)));
  const beside = pod.containers.flatMap((one) => (one === engine ? [] : one.ports.filter(({ name }) => isForMetrics(name))));
  const told = [systemPort(engine), numberTold(engine)].filter((one) => one !== undefined);
  const named = declared.filter(({ name }) => isForMetrics(name)).map((one) => one.port);
  const ports = [...named, ...told, ...declared.map((one) => one.port), ...beside.map((one) => one.port)];
  const own = ports.length > 0 || isWorker(pod) ? ports : [port];
  return unique([...annotated(pod), ...own.flatMap((one) => paths.map((path): PodAddress => ({ scheme, port: one, path })))]);
}

/** Names of ports that exist for metrics; Dynamo's operator calls its workers' `system`. */
function isForMetrics(name: string): boolean {
  return /metrics|prom|^system$/i.test(name);
}

/** Pages of metrics as their servers call them: no word of a pod leads anywhere else, nor to a page that acts. */
const metricsPath = /^\/(?:[\w-]+\/)*_?(?:metrics|prometheus|stats)\/?$/;

function annotated({ annotations }: Pod): readonly PodAddress[] {
  const port = Number(annotations.get("prometheus.io/port") ?? Number.NaN);
  if (annotations.get("prometheus.io/scrape") === "false" || !isPort(port)) return [];
  const written = `/${(annotations.get("prometheus.io/path") ?? "metrics").replace(/^\//, "")}`;
  const scheme = annotations.get("prometheus.io/scheme") === "https" ? "https" : "http";
  return [{ scheme, port, path: metricsPath.test(written) ? written : "/metrics" }];
}

/** Dynamo's workers answer on a port of their own (`DYN_SYSTEM_PORT`). */
function systemPort({ environment }: PodContainer): number | undefined {
  const port = Number(environment.find(({ name }) => name === "DYN_SYSTEM_PORT")?.value ?? Number.NaN);
  return isPort(port) ? port : undefined;
}

function numberTold(container: PodContainer): number | undefined {
  const port = Number(toldOf(container, /(?:^|\s)--port[ =]+["']?(\d+)/) ?? Number.NaN);
  return isPort(port) ? port : undefined;
}

/** What a container's words say of something; the last of repeated flags, as engines take them. */
function toldOf({ command, args }: PodContainer, pattern: RegExp): string | undefined {
  const match = [...[...command, ...args].join(" ").matchAll(new RegExp(pattern, "g"))].at(-1);
  return match?.[1] ?? match?.[0];
}

const groupIndex = "leaderworkerset.sigs.k8s.io/worker-index";

/** The first of a group that serves as one engine. */
export function isLeader({ labels }: Pod): boolean {
  return labels.get(groupIndex) === "0";
}

/** Not the first of such a group: labels of LeaderWorkerSet, and of KubeRay. */
export function isWorker(pod: Pod): boolean {
  return (pod.labels.has(groupIndex) && !isLeader(pod)) || pod.labels.get("ray.io/node-type") === "worker";
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65_536;
}

function unique(all: readonly PodAddress[]): readonly PodAddress[] {
  return all.filter((one, i) => all.findIndex(({ port, path }) => port === one.port && path === one.path) === i);
}
