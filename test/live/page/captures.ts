import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { snapshotOf } from "../../../src/live/page/canonical.ts";
import { parseMetrics } from "../../../src/live/page/metrics-text.ts";
import type { Snapshot } from "../../../src/live/snapshot.ts";

export const captureRoot = fileURLToPath(new URL("../../data/metrics/", import.meta.url));

export function captureText(path: string): string {
  return readFileSync(`${captureRoot}${path}`, "utf8");
}

/** Unix seconds that a capture's name ends with. */
export function captureTime(name: string): number {
  return Number(/(\d{10})\.prom$/.exec(name)?.[1]);
}

/** All scrapes of a folder in order of time. */
export function scrapes(folder: string, root = captureRoot): Snapshot[] {
  return readdirSync(`${root}${folder}`)
    .filter((name) => name.endsWith(".prom"))
    .map((name) => snapshotOf(parseMetrics(readFileSync(`${root}${folder}/${name}`, "utf8")), captureTime(name)))
    .sort((a, b) => a.time - b.time);
}
