import { writeFileSync } from "node:fs";
import { basename, extname } from "node:path";
import { measuredWorkload } from "../live/workload/measured-workload.ts";
import { workloadText } from "../live/workload/write-workload.ts";
import { reason } from "../platform/text-files.ts";
import { usage } from "./exit.ts";
import type { Session } from "./session.ts";
import type { Watched, WatchTarget } from "./watch-one.ts";

/** Writes the load of the one server that was watched; says why where none was measured. */
export function saveWorkload(
  path: string,
  results: readonly (readonly [Pick<WatchTarget, "source">, Watched])[],
  { terminal }: Session,
): void {
  const [only, ...others] = results;
  if (others.length > 0) throw usage("--save-workload is of one server, or of several as one with --fleet.");
  if (!only) return;
  const [{ source }, { series }] = only;
  const load = measuredWorkload(series.window(Number.POSITIVE_INFINITY), series.points);
  if (typeof load === "string") {
    terminal.fail(`${path} was not written: no load was measured.`);
    return;
  }
  const date = new Date((series.last?.time ?? 0) * 1000).toISOString().slice(0, 10);
  const text = workloadText(load, { name: basename(path, extname(path)), from: source.name, date });
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw usage(`${path} cannot be written: ${reason(error)}`);
  }
  terminal.tell(`Written: ${path}`);
}
