import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parsedJson } from "../catalog/json-text.ts";
import { localModel } from "../catalog/local-model.ts";
import type { DescribedModel } from "../catalog/model-config.ts";
import { headerBytes, lengthBytes, readSafetensorsHeader, type Tensor } from "../catalog/safetensors-header.ts";
import { FileError, mebibyte, readTextFile, reason } from "./text-files.ts";

/** More weight files than a published model has. */
const mostFiles = 1000;
/** Headers of the largest published models are below 20 MiB together. */
const mostHeaderBytes = 64 * mebibyte;
const mostConfigBytes = 2 * mebibyte;
const mostKept = 50;

/** Models in folders: config.json and the headers of the weight files, whose tensors are not loaded. Read again when a file changes. */
export class ModelFolders {
  private readonly kept = new Map<string, { readonly stamp: string; readonly value: DescribedModel }>();

  /** The model whose config.json this is; `problem` says what is wrong with it. Throws FileError or the system's own error where it cannot be read. */
  get(config: string): DescribedModel {
    const folder = dirname(config);
    const names = basename(config) === "config.json" ? readdirSync(folder).sort() : [];
    const weights = names.filter((name) => name.endsWith(".safetensors"));
    const files = [config, ...weights.map((name) => join(folder, name))];
    const stamp = files.slice(0, mostFiles).map(stampOf).join("\n");
    const before = this.kept.get(config);
    if (before?.stamp === stamp) return before.value;
    const value = read(config, folder, names, files.slice(1));
    if (this.kept.size >= mostKept) this.kept.clear();
    this.kept.set(config, { stamp, value });
    return value;
  }
}

function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return `${file} ${stat?.mtimeMs} ${stat?.size}`;
}

/** Undefined for a file that is not there. A pipe, which could be waited for without end, is none. */
function sizeOf(file: string): number | undefined {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isDirectory()) throw new FileError("folder", "is a folder");
  if (stat && !stat.isFile()) throw new FileError("no-file", "is no file");
  return stat?.size;
}

/** A file of text beside the weights; throws where it is not there. */
function textOf(file: string, most: number): string {
  sizeOf(file);
  return readTextFile(file, most);
}

function read(config: string, folder: string, names: readonly string[], weights: readonly string[]): DescribedModel {
  const text = textOf(config, mostConfigBytes);
  const beside = names.includes("hf_quant_config.json") ? textOf(join(folder, "hf_quant_config.json"), mostConfigBytes) : undefined;
  const listed = names.includes("model.safetensors.index.json") ? shards(join(folder, "model.safetensors.index.json")) : undefined;
  // Files beside those of the index are other formats of the same weights, an adapter, or a tower alone.
  const files = listed
    ? listed.map((name) => join(folder, name))
    : weights.filter((file) => /\/(model|consolidated)[^/]*$/.test(file.replaceAll("\\", "/")));
  const tensors: Tensor[] = [];
  let headers = 0;
  if (files.length > mostFiles) return { problem: `It has ${files.length} weight files, more than are read.` };
  for (const file of files) {
    const size = sizeOf(file);
    // Not fetched yet, or the pointer that Git LFS leaves in its place.
    if (size === undefined || (size < 1024 && isPointer(file)))
      return localModel({ config: text, quantization: beside, tensors: undefined }, folder);
    const start = beginning(file);
    headers += start.length;
    if (headers > mostHeaderBytes) return { problem: `The headers of its weight files are larger than ${mostHeaderBytes / mebibyte} MiB.` };
    const header = readSafetensorsHeader(start, size);
    if (!header.tensors) return { problem: `${basename(file)} is no whole safetensors file: ${header.problem}.` };
    tensors.push(...header.tensors);
  }
  return localModel({ config: text, quantization: beside, tensors: files.length > 0 ? tensors : undefined }, folder);
}

/** Names of the files that an index tells of; undefined for one that tells nothing. */
function shards(index: string): readonly string[] | undefined {
  const json: unknown = parsedJson(textOf(index, mostHeaderBytes));
  const map = typeof json === "object" && json !== null && "weight_map" in json ? json.weight_map : undefined;
  if (typeof map !== "object" || map === null) return undefined;
  // Only files of this folder: an index that points elsewhere is not followed.
  const names = new Set(Object.values(map).filter((name): name is string => typeof name === "string" && !/[\\/]/.test(name)));
  return names.size > 0 ? [...names].sort() : undefined;
}

function isPointer(file: string): boolean {
  return readStart(file, 64).toString("latin1").startsWith("version https://git-lfs");
}

/** The length and, where it is one, the header behind it. */
function beginning(file: string): Buffer {
  const start = readStart(file, lengthBytes);
  const length = headerBytes(start);
  return length === undefined || length > mostHeaderBytes ? start : readStart(file, lengthBytes + length);
}

function readStart(file: string, bytes: number): Buffer {
  let handle: number;
  try {
    handle = openSync(file, "r");
  } catch (error) {
    throw new FileError("unreadable", reason(error));
  }
  try {
    const buffer = Buffer.alloc(bytes);
    let filled = 0;
    while (filled < bytes) {
      const count = readSync(handle, buffer, filled, bytes - filled, filled);
      if (count === 0) break;
      filled += count;
    }
    return buffer.subarray(0, filled);
  } finally {
    closeSync(handle);
  }
}
