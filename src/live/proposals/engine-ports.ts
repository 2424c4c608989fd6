import type { Deployment, EngineId, FormatId, Pool } from "../../deployment/deployment.ts";
import type { Range } from "../../deployment/text.ts";
import { servingDefaults } from "../serving-defaults.ts";

/** Where an engine listens, as seen from beside it. */
export interface EnginePort {
  readonly port: number;
  /** `localhost` unless it was told one address of its machine alone. */
  readonly host: string;
  /** What stands behind the port where its metrics are not at the usual place; else "". */
  readonly page: string;
  /** The word that says it; undefined where it is the engine's own default. */
  readonly at: Range | undefined;
}

/** Variables that say the port instead of a flag (text-generation-launcher, llama-server, NIM's documentation, Dynamo's workers). */
const portVariables: Readonly<Partial<Record<EngineId | "dynamo", string>>> = {
  tgi: "PORT",
  "llama.cpp": "LLAMA_ARG_PORT",
  nim: "NIM_SERVER_PORT",
  dynamo: "DYN_SYSTEM_PORT",
};

/** Ports that platforms have their engines listen on, whatever the engine's own is (KAITO's presets). */
const platformPorts: Readonly<Partial<Record<FormatId, number>>> = {
  "kaito-workspace": 5000,
  "kaito-inferenceset": 5000,
  "kaito-multirole": 5000,
  "kaito-ragengine": 5000,
};

/** Where a pool's engine listens; undefined where it cannot be told, or where another program answers for it. */
export function enginePort(
  { engine: { flags, environment, complete } }: Pool,
  { engine, launcher, format }: Pick<Deployment, "engine" | "launcher" | "format">,
): EnginePort | undefined {
  const isAlone = launcher === null || launcher === "arctic";
  const [usual = ""] = servingDefaults[engine].paths;
  const page = !isAlone || usual === "/metrics" ? "" : usual;
  // A worker of Dynamo speaks HTTP on a port of its own; an engine inside Ray Serve or Triton on none.
  const flag = launcher === "dynamo" ? undefined : flags.get(launcher === "triton" ? "metrics-port" : "port");
  const variable = environment.get(portVariables[launcher === "dynamo" ? "dynamo" : engine] ?? "");
  const written = flag ? flag.value : variable;
  const host = hostOf(flags.get("host")?.value?.value);
  const port = portNumber(written?.value);
  if (port !== undefined) return { port, host, page, at: written?.range };
  const own = isAlone ? (platformPorts[format] ?? servingDefaults[engine].port) : launcher === "triton" ? tritonMetrics : undefined;
  if (flag || variable || !complete || own === undefined || engine === "ollama" || engine === "other") return undefined;
  return { port: own, host, page, at: undefined };
}

/** Triton's own metrics, whatever its other ports. */
const tritonMetrics = 8002;

/** A port as it is written; undefined for anything else. */
export function portNumber(text: string | null | undefined): number | undefined {
  const port = text && /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0;
  return port > 0 && port < 65_536 ? port : undefined;
}

/** Where what listens at an address is reached from its own machine. */
export function hostOf(bound: string | null | undefined): string {
  const host = bound?.trim().replace(/^\[|\]$/g, "") ?? "";
  if (/^(?:|0\.0\.0\.0|\*|::|0:0:0:0:0:0:0:0|127\.0\.0\.1|localhost)$/.test(host)) return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
