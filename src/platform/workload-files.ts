import { basename, dirname, resolve } from "node:path";
import { plainYaml } from "../catalog/plain-yaml.ts";
import { type Message, plain } from "../deployment/message.ts";
import { type LikeWorkload, likeWorkload } from "../simulation/workload/read-like.ts";
import { readWorkload, type TraceReference } from "../simulation/workload/read-workload.ts";
import { parseTrace, traceWorkload } from "../simulation/workload/traces.ts";
import type { Workload } from "../simulation/workload/workload.ts";
import { FileError, mebibyte, readTextFile } from "./text-files.ts";

/** Beyond this a trace does not fit one text; the published ones are below 200 MiB. */
const mostTraceBytes = 400 * mebibyte;

export type LoadedWorkload =
  | { readonly workload: Workload; readonly notes: readonly Message[]; readonly problem?: undefined }
  | { readonly workload?: undefined; readonly problem: string };

/** Finds the workload that another one is like. */
export type BaseFinder = Parameters<typeof likeWorkload>[1];

/** A workload file's text (YAML or JSON, in the words of a case's workload); a trace it names lies beside it. */
export function readWorkloadFile(text: string, file: string, base: BaseFinder = () => undefined): LoadedWorkload {
  const read = plainYaml(text);
  if (read.problem !== undefined) return { problem: read.problem };
  const written = readWorkload(read.value);
  switch (written.kind) {
    case undefined:
      return { problem: written.problem };
    case "workload":
      return { workload: written.workload, notes: [] };
    case "trace":
      return loadTrace(written.trace, dirname(file));
    case "like":
      return loadedLike(written, base);
    case "named":
      return { problem: `“kind” is missing: the file names the workload ${written.name} and does not say what it is.` };
    default:
      return written satisfies never;
  }
}

/** A workload that is like another, ready to run. */
export function loadedLike(written: LikeWorkload, base: BaseFinder): LoadedWorkload {
  const made = likeWorkload(written, base);
  return made.workload ? { workload: made.workload, notes: [] } : made;
}

/** Fetches a trace; a relative path starts at `folder`. */
export function loadTrace(reference: TraceReference, folder: string): LoadedWorkload {
  const path = resolve(folder, reference.path);
  let text: string;
  try {
    text = readTextFile(path, mostTraceBytes);
  } catch (error) {
    if (error instanceof FileError) return { problem: `The trace ${reference.path} ${error.message}.` };
    throw error;
  }
  const { format, speedup, limitSeconds, requests, ratePerSecond, classes = [] } = reference;
  const quantiles = quantilesBeside(path);
  const trace = parseTrace(text, {
    limitSeconds,
    ...(requests === undefined ? {} : { requests }),
    ...(format ? { format } : {}),
    ...(quantiles === undefined ? {} : { quantiles }),
  });
  if (trace.rows.length === 0) return { problem: `${reference.path}: ${trace.messages.map(plain).join(" ")}` };
  const whole = traceWorkload(trace, basename(path), { speedup, limitSeconds, classes });
  if (whole.kind !== "requests" || whole.requests.length === 0) return { problem: `${reference.path}: no request lies within the limit.` };
  const cut = requests === undefined ? whole : { ...whole, requests: whole.requests.slice(0, requests) };
  return {
    workload: { ...cut, source: `trace ${basename(path)}`, ...(ratePerSecond === undefined ? {} : { ratePerSecond }) },
    notes: trace.messages,
  };
}

/** Lengths of a client of ServeGen lie in a file of their own; undefined where there is none. */
function quantilesBeside(path: string): string | undefined {
  const beside = path.replace(/-trace\.csv$/, "-quantiles.json");
  if (beside === path) return undefined;
  try {
    return readTextFile(beside, mostTraceBytes);
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}
