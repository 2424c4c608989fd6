import { type Fields, isFields } from "../../deployment/case-fields.ts";
import type { RunningServer } from "../running/running-server.ts";
import type { LiveSource } from "../source.ts";
import { runningFrom, runningJson } from "./running-json.ts";

/** What a recording is of. Names and addresses are as people see them: without users, keys and queries. */
export interface RecordingHeader {
  /** Of the form of the lines; a reader of ours reads those up to its own. */
  readonly version: number;
  /** The build that wrote it. */
  readonly by: string;
  readonly source: LiveSource["kind"];
  readonly name: string;
  readonly intervalSeconds: number;
  /** What the server says of itself; null before it was asked, or where nobody could ask it. */
  readonly running: RunningServer | null;
  /** The deployment that it was watched for, and where it is written: a path below the workspace's folder with `/`. */
  readonly deployment: { readonly name: string; readonly file: string; readonly line: number } | null;
}

export const recordingVersion = 1;

const sources: readonly LiveSource["kind"][] = ["metrics-url", "fleet", "prometheus", "kubernetes", "recording"];

/** A header as a file has it, unknown members null; undefined for what is none. */
export function headerFrom(value: unknown): RecordingHeader | undefined {
  if (!isFields(value) || typeof value.version !== "number") return undefined;
  const { deployment } = value;
  return {
    version: value.version,
    by: text(value.by) ?? "",
    source: sources.find((one) => one === value.source) ?? "metrics-url",
    name: text(value.name) ?? "",
    intervalSeconds: typeof value.intervalSeconds === "number" && value.intervalSeconds > 0 ? value.intervalSeconds : 1,
    running: runningFrom(value.running) ?? null,
    deployment: isFields(deployment) ? deploymentFrom(deployment) : null,
  };
}

export function headerJson({ running, ...header }: RecordingHeader): Fields {
  return { ...header, running: running && runningJson(running) };
}

function deploymentFrom(value: Readonly<Record<string, unknown>>): RecordingHeader["deployment"] {
  const name = text(value.name);
  const file = text(value.file);
  return name === null || file === null ? null : { name, file, line: typeof value.line === "number" ? value.line : 0 };
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value.slice(0, 1000) : null;
}
