import { isMap, isSeq, parseDocument } from "yaml";
import { isTooDeep } from "../catalog/nesting.ts";
import { type Calibration, type MeasuredMemory, type MeasuredStage, stageParts } from "./calibration.ts";
import { CalibrationNodes } from "./calibration-nodes.ts";
import type { ReadProblem } from "./deployment.ts";
import { message } from "./message.ts";
import { readTiming } from "./read-timing.ts";

export interface ReadCalibration {
  /** Undefined where the file cannot be used; a problem says why. */
  readonly calibration: Calibration | undefined;
  readonly problems: readonly ReadProblem[];
}

/** Reads a file of `.inference-lens/calibrations/`. Never throws: what cannot be used is told at its place, and nothing of it is applied. */
export function readCalibration(text: string): ReadCalibration {
  const nodes = new CalibrationNodes(text);
  const calibration = read(text, nodes);
  return { calibration: nodes.problems.length === 0 ? calibration : undefined, problems: nodes.problems };
}

function read(text: string, nodes: CalibrationNodes): Calibration | undefined {
  if (isTooDeep(text)) {
    nodes.report(message("Nested too deeply to be read."), undefined);
    return undefined;
  }
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false });
  for (const { message: words, pos } of document.errors.slice(0, 5)) {
    nodes.problems.push({ message: message("Not valid YAML: {0}", words), range: nodes.lines.range({ start: pos[0], end: pos[1] }) });
  }
  const root = document.contents;
  if (!isMap(root)) {
    nodes.report(message("A calibration holds “version”, “file”, “deployment” and what was measured."), root);
    return undefined;
  }
  nodes.refuseTwice(root);
  if (nodes.value(root, "version") !== 1)
    nodes.report(message("Only version 1 of calibrations is known."), root.get("version", true) ?? root);
  const parts = { memory: root.get("memory", true), timing: root.get("timing", true) };
  for (const [name, part] of Object.entries(parts)) {
    if (part !== undefined && !isMap(part)) nodes.report(message("“{0}” must hold keys and values.", name), part);
    if (isMap(part)) nodes.refuseTwice(part);
  }
  const { memory, timing } = parts;
  return {
    file: nodes.words(root, "file"),
    deployment: nodes.words(root, "deployment"),
    memory: isMap(memory) ? readMemory(memory, root, nodes) : null,
    timing: isMap(timing) ? readTiming(timing, root, nodes) : null,
  };
}

function readMemory(node: unknown, root: unknown, nodes: CalibrationNodes): MeasuredMemory {
  const list = isMap(node) ? node.get("stages", true) : undefined;
  const stages = isSeq(list) ? list.items.map((item, index) => stage(item, index, nodes)) : [];
  if (list !== undefined && !isSeq(list)) nodes.report(message("“{0}” must be a list.", "stages"), list);
  return {
    source: nodes.source(node),
    date: nodes.date(node),
    // A part that was measured under other conditions than the newest one has its own.
    conditions: nodes.conditions(nodes.at(node, "holdsFor") ?? nodes.at(root, "holdsFor"), node),
    stages,
    kvCacheTokens: nodes.count(node, "kvCacheTokens"),
    kvCacheBlocks: nodes.count(node, "kvCacheBlocks"),
  };
}

function stage(node: unknown, index: number, nodes: CalibrationNodes): MeasuredStage {
  const parts = stageParts.flatMap((part) => {
    const value = nodes.value(node, part);
    if (value === undefined) return [];
    if (typeof value === "number" && Number.isFinite(value) && value >= 0) return [[part, value] as const];
    nodes.report(message("“{0}” must be a number of bytes.", part), nodes.at(node, part));
    return [];
  });
  const read: MeasuredStage = { stage: nodes.count(node, "stage") ?? index, ...Object.fromEntries(parts) };
  checkSum(read, node, nodes);
  return read;
}

/** What contradicts itself is not used: parts of one card cannot be more than the card. */
function checkSum(
  { total, weights = 0, activation = 0, nonTorch = 0, kvCache = 0 }: MeasuredStage,
  node: unknown,
  nodes: CalibrationNodes,
): void {
  const sum = weights + activation + nonTorch + kvCache;
  if (total !== undefined && sum > 1.01 * total) nodes.report(message("The parts of this stage are more than its total."), node);
}
