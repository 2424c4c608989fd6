import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { calibrationFileName } from "../deployment/write-calibration.ts";
import { isThere, nearestEntry } from "./nearest-entry.ts";
import { mebibyte, readTextFile } from "./text-files.ts";

/** Where a deployment's calibration lies, there or not. */
export interface CalibrationPlace {
  /** Absolute. */
  readonly path: string;
  /** The deployment's file by its path from the folder that holds `.inference-lens`, with `/`. */
  readonly file: string;
}

/** Beside the nearest `.inference-lens`, else the project file, else at the top of the repository, else beside the file itself. */
export function calibrationPlace(file: string, deployment: string): CalibrationPlace {
  const path = resolve(file);
  const entry =
    nearestEntry(path, ".inference-lens", "folder") ??
    nearestEntry(path, ".inference-lens.yaml", "file") ??
    nearestEntry(path, ".git", "any");
  const root = entry === undefined ? dirname(path) : dirname(entry);
  const own = relative(root, path).split(sep).join("/");
  return { path: join(root, ".inference-lens", "calibrations", calibrationFileName(own, deployment)), file: own };
}

/** The file's text; empty where there is none. Throws FileError where it is there and cannot be read. */
export function calibrationText(path: string): string {
  return isThere(path, "any") ? readTextFile(path, mebibyte) : "";
}

export function writeCalibration(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
