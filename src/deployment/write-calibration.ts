import { Document, isMap, parseDocument, Scalar, visit, YAMLMap, YAMLSeq } from "yaml";
import { gib, whole } from "../catalog/quantity.ts";
import { type Calibration, type Conditions, type MeasuredMemory, stageParts } from "./calibration.ts";
import { type Message, message } from "./message.ts";
import { readCalibration } from "./read-calibration.ts";

const heading = " What a run of this deployment measured. A figure replaces its prediction only where all that it depends on is as it was.";

export type WrittenCalibration =
  | { readonly text: string; readonly problem?: undefined }
  | { readonly text?: undefined; readonly problem: Message };

/**
 * The file's text with this memory in it. Memory of a log or a live server replaces the one before; a benchmark's timing, hand-written
 * keys and comments stay. Refuses to write over a file that it cannot read, or over another deployment's.
 */
export function withMemory(
  existing: string,
  measured: Pick<Calibration, "file" | "deployment"> & { readonly memory: MeasuredMemory; readonly evidence: readonly string[] },
): WrittenCalibration {
  const fresh = existing.trim() === "";
  const document = fresh ? new Document({}) : parseDocument(existing, { uniqueKeys: false });
  // Nothing but comments.
  if (document.contents === null && document.errors.length === 0) document.contents = new YAMLMap();
  const root = document.contents;
  if (document.errors.length > 0 || !isMap(root))
    return { problem: message("The calibration file cannot be read as YAML: mend it first.") };
  if (hasAlias(document)) return { problem: message("The calibration file has YAML aliases, which cannot be kept: write them out first.") };
  const owner = fresh ? "" : textAt(root, "deployment");
  if (owner !== "" && (owner !== measured.deployment || textAt(root, "file") !== measured.file)) {
    return { problem: message("The calibration file belongs to another deployment: {0}", owner) };
  }
  if (fresh) document.commentBefore = heading;
  const { memory, evidence } = measured;
  root.set("version", 1);
  root.set("file", measured.file);
  root.set("deployment", measured.deployment);
  root.set("source", memory.source);
  root.set("date", memory.date);
  keepTimingsConditions(root, memory.conditions);
  setPlain(root, "holdsFor", conditionsNode(memory.conditions));
  setPlain(root, "memory", memoryNode(memory));
  if (evidence.length > 0) root.set("evidence", evidenceNode(evidence));
  const text = document.toString({ lineWidth: 0 });
  const check = readCalibration(text);
  const [problem] = check.problems;
  return problem ? { problem: problem.message } : { text };
}

/** What an alias stands for may be replaced, and the alias would stand for nothing. */
function hasAlias(document: Document | Document.Parsed): boolean {
  let found = false;
  visit(document, {
    Alias: () => {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

function textAt(root: YAMLMap, key: string): string {
  const value = root.get(key);
  return typeof value === "string" ? value : "";
}

/** Timing that was measured under other conditions keeps its own. */
function keepTimingsConditions(root: YAMLMap, now: Conditions): void {
  const timing = root.get("timing", true);
  const before = root.get("holdsFor", true);
  if (!isMap(timing) || timing.has("holdsFor") || !isMap(before)) return;
  if (JSON.stringify(before.toJSON()) !== JSON.stringify(conditionsNode(now).toJSON())) timing.set("holdsFor", before.clone());
}

/** Sets the keys that are ours in a map and leaves the others; lists are replaced. */
function setPlain(root: YAMLMap, key: string, node: YAMLMap): void {
  const before = root.get(key, true);
  if (!isMap(before)) {
    root.set(key, node);
    return;
  }
  const ours = new Set(node.items.map((pair) => String(pair.key instanceof Scalar ? pair.key.value : pair.key)));
  for (const name of ownKeys[key] ?? []) if (!ours.has(name)) before.delete(name);
  for (const pair of node.items) before.set(pair.key instanceof Scalar ? pair.key.value : pair.key, pair.value);
}

/** Keys that we write: where a new measurement lacks one, the old value goes. */
const ownKeys: Readonly<Record<string, readonly string[]>> = {
  holdsFor: ["role", "layout", "settings"],
  memory: ["stages", "kvCacheTokens", "kvCacheBlocks", "holdsFor"],
};

function conditionsNode({ engine, engineVersion, model, weights, gpu, role, layout, settings }: Conditions): YAMLMap {
  const map = new YAMLMap();
  const version = new Scalar(engineVersion);
  // 0.20 without quotes is the number 0.2 to YAML.
  if (/^\d+(\.\d+)?$/.test(engineVersion)) version.type = "QUOTE_DOUBLE";
  const values: readonly (readonly [string, unknown])[] = [
    ["engine", engine],
    ["engineVersion", version],
    ["model", model],
    ["weights", weights],
    ["gpu", gpu],
    ...(role === "mixed" ? [] : [["role", role] as const]),
    ...(Object.keys(layout).length === 0 ? [] : [["layout", mapOf(layout)] as const]),
    ["settings", mapOf(settings)],
  ];
  for (const [name, value] of values) map.set(name, value);
  return map;
}

function mapOf(values: Readonly<Record<string, unknown>>): YAMLMap {
  const map = new YAMLMap();
  for (const [name, value] of Object.entries(values)) map.set(name, value);
  return map;
}

function memoryNode({ source, date, stages, kvCacheTokens, kvCacheBlocks }: MeasuredMemory): YAMLMap {
  const map = new YAMLMap();
  map.set("source", source);
  map.set("date", date);
  const list = new YAMLSeq();
  for (const stage of stages) {
    const one = new YAMLMap();
    one.set("stage", stage.stage);
    for (const part of stageParts) {
      const bytes = stage[part];
      if (bytes !== undefined) one.set(part, commented(bytes, ` bytes, ${gib(bytes, 2)}`));
    }
    list.add(one);
  }
  if (stages.length > 0) map.set("stages", list);
  if (kvCacheTokens !== null) map.set("kvCacheTokens", commented(kvCacheTokens, ` ${whole(kvCacheTokens)} tokens`));
  if (kvCacheBlocks !== null) map.set("kvCacheBlocks", kvCacheBlocks);
  return map;
}

function commented(value: number, comment: string): Scalar {
  const scalar = new Scalar(value);
  scalar.comment = comment;
  return scalar;
}

function evidenceNode(lines: readonly string[]): YAMLSeq {
  const list = new YAMLSeq();
  for (const line of lines) {
    const scalar = new Scalar(line);
    scalar.type = "QUOTE_SINGLE";
    list.add(scalar);
  }
  return list;
}

/** Name of the file in `.inference-lens/calibrations/`: the deployment's file by its path, then its name. */
export function calibrationFileName(file: string, deployment: string): string {
  const word = (text: string): string => text.replace(/[^\p{L}\p{M}\p{N}_.-]+/gu, "-").replace(/^[-.]+|-+$/g, "");
  return `${word(file.replace(/\.(ya?ml|json)$/i, ""))}.${word(deployment) || "deployment"}.yaml`;
}
