import { Document, isMap, parseDocument, Scalar, visit, YAMLMap } from "yaml";
import type { Calibration, CalibrationSource, Conditions, MeasuredMemory, MeasuredTiming } from "./calibration.ts";
import { conditionsNode, evidenceNode, memoryNode, timingNode } from "./calibration-yaml.ts";
import { type Message, message } from "./message.ts";
import { readCalibration } from "./read-calibration.ts";
import { timingKeys } from "./read-timing.ts";

const heading = " What a run of this deployment measured. A figure replaces its prediction only where all that it depends on is as it was.";

export type WrittenCalibration =
  | { readonly text: string; readonly problem?: undefined }
  | { readonly text?: undefined; readonly problem: Message };

/** Whose calibration a file is. */
export type CalibrationOwner = Pick<Calibration, "file" | "deployment">;

/** The file's text with this memory in place of the one before; a benchmark's timing, hand-written keys and comments stay. */
export function withMemory(
  existing: string,
  { memory, evidence, ...owner }: CalibrationOwner & { readonly memory: MeasuredMemory; readonly evidence: readonly string[] },
): WrittenCalibration {
  return withPart(existing, owner, { name: "memory", other: "timing", ...memory, node: memoryNode(memory), evidence });
}

/** The file's text with this timing in place of the one before; the memory of a log or a server, hand-written keys and comments stay. */
export function withTiming(
  existing: string,
  { timing, ...owner }: CalibrationOwner & { readonly timing: MeasuredTiming },
): WrittenCalibration {
  return withPart(existing, owner, { name: "timing", other: "memory", ...timing, node: timingNode(timing), evidence: [] });
}

/** What a run measured of one kind. */
interface Part {
  readonly name: "memory" | "timing";
  readonly other: "memory" | "timing";
  readonly source: CalibrationSource;
  readonly date: string;
  readonly conditions: Conditions;
  readonly node: YAMLMap;
  readonly evidence: readonly string[];
}

/** Refuses to write over a file that it cannot read, or over another deployment's. */
function withPart(existing: string, { file, deployment }: CalibrationOwner, part: Part): WrittenCalibration {
  const fresh = existing.trim() === "";
  const document = fresh ? new Document({}) : parseDocument(existing, { uniqueKeys: false });
  // Nothing but comments.
  if (document.contents === null && document.errors.length === 0) document.contents = new YAMLMap();
  const root = document.contents;
  if (document.errors.length > 0 || !isMap(root))
    return { problem: message("The calibration file cannot be read as YAML: mend it first.") };
  if (hasAlias(document)) return { problem: message("The calibration file has YAML aliases, which cannot be kept: write them out first.") };
  const owner = fresh ? "" : textAt(root, "deployment");
  if (owner !== "" && (owner !== deployment || textAt(root, "file") !== file)) {
    return { problem: message("The calibration file belongs to another deployment: {0}", owner) };
  }
  if (fresh) document.commentBefore = heading;
  root.set("version", 1);
  root.set("file", file);
  root.set("deployment", deployment);
  root.set("source", part.source);
  root.set("date", part.date);
  keepOthersConditions(root, part);
  setPlain(root, "holdsFor", conditionsNode(part.conditions));
  setPlain(root, part.name, part.node);
  if (part.evidence.length > 0) root.set("evidence", evidenceNode(part.evidence));
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

/** A part that was measured under other conditions keeps its own. */
function keepOthersConditions(root: YAMLMap, { other, conditions }: Part): void {
  const kept = root.get(other, true);
  const before = root.get("holdsFor", true);
  if (!isMap(kept) || kept.has("holdsFor") || !isMap(before)) return;
  if (JSON.stringify(before.toJSON()) !== JSON.stringify(conditionsNode(conditions).toJSON())) kept.set("holdsFor", before.clone());
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
  timing: timingKeys,
};

/** Name of the file in `.inference-lens/calibrations/`: the deployment's file by its path, then its name. */
export function calibrationFileName(file: string, deployment: string): string {
  const word = (text: string): string => text.replace(/[^\p{L}\p{M}\p{N}_.-]+/gu, "-").replace(/^[-.]+|-+$/g, "");
  return `${word(file.replace(/\.(ya?ml|json)$/i, ""))}.${word(deployment) || "deployment"}.yaml`;
}
