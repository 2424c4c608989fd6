import { isMap, isScalar, isSeq, parseDocument } from "yaml";
import { isTooDeep } from "../catalog/nesting.ts";
import {
  type Calibration,
  type CalibrationSource,
  type Conditions,
  type ConditionValue,
  type MeasuredMemory,
  type MeasuredStage,
  stageParts,
} from "./calibration.ts";
import type { EngineId, ReadProblem } from "./deployment.ts";
import { engineNames } from "./engine-names.ts";
import { type Message, message } from "./message.ts";
import { emptyRange, LineMap, type Range } from "./text.ts";

export interface ReadCalibration {
  /** Undefined where the file cannot be used; a problem says why. */
  readonly calibration: Calibration | undefined;
  readonly problems: readonly ReadProblem[];
}

/** Reads a file of `.inference-lens/calibrations/`. Never throws: what cannot be used is told at its place, and nothing of it is applied. */
export function readCalibration(text: string): ReadCalibration {
  const reader = new Reader(text);
  const calibration = reader.read();
  return { calibration: reader.problems.length === 0 ? calibration : undefined, problems: reader.problems };
}

const sources: readonly CalibrationSource[] = ["log", "bench", "live"];
const roles = ["mixed", "prefill", "decode"] as const;

class Reader {
  readonly problems: ReadProblem[] = [];
  private readonly lines: LineMap;

  constructor(private readonly text: string) {
    this.lines = new LineMap(text);
  }

  read(): Calibration | undefined {
    if (isTooDeep(this.text)) {
      this.report(message("Nested too deeply to be read."), undefined);
      return undefined;
    }
    const document = parseDocument(this.text, { prettyErrors: false, uniqueKeys: false });
    for (const { message: words, pos } of document.errors.slice(0, 5)) {
      this.problems.push({ message: message("Not valid YAML: {0}", words), range: this.lines.range({ start: pos[0], end: pos[1] }) });
    }
    const root = document.contents;
    if (!isMap(root)) {
      this.report(message("A calibration holds “version”, “file”, “deployment” and what was measured."), root);
      return undefined;
    }
    if (this.value(root, "version") !== 1)
      this.report(message("Only version 1 of calibrations is known."), root.get("version", true) ?? root);
    const file = this.words(root, "file");
    const deployment = this.words(root, "deployment");
    const memory = root.get("memory", true);
    if (memory !== undefined && !isMap(memory)) this.report(message("“{0}” must hold keys and values.", "memory"), memory);
    return {
      file,
      deployment,
      memory: isMap(memory) ? this.memory(memory, root) : null,
      hasTiming: isMap(root.get("timing", true)),
    };
  }

  private memory(node: unknown, root: unknown): MeasuredMemory {
    // A part that was measured under other conditions than the newest one has its own.
    const own = isMap(node) ? node.get("holdsFor", true) : undefined;
    const shared = isMap(root) ? root.get("holdsFor", true) : undefined;
    const list = isMap(node) ? node.get("stages", true) : undefined;
    const stages = isSeq(list) ? list.items.map((item, index) => this.stage(item, index)) : [];
    if (list !== undefined && !isSeq(list)) this.report(message("“{0}” must be a list.", "stages"), list);
    return {
      source: this.source(node),
      date: this.date(node),
      conditions: this.conditions(own ?? shared, node),
      stages,
      kvCacheTokens: this.count(node, "kvCacheTokens"),
      kvCacheBlocks: this.count(node, "kvCacheBlocks"),
    };
  }

  private stage(node: unknown, index: number): MeasuredStage {
    const parts = stageParts.flatMap((part) => {
      const value = this.value(node, part);
      if (value === undefined) return [];
      if (typeof value === "number" && Number.isFinite(value) && value >= 0) return [[part, value] as const];
      this.report(message("“{0}” must be a number of bytes.", part), this.at(node, part));
      return [];
    });
    const stage: MeasuredStage = { stage: this.count(node, "stage") ?? index, ...Object.fromEntries(parts) };
    this.checkSum(stage, node);
    return stage;
  }

  /** What contradicts itself is not used: parts of one card cannot be more than the card. */
  private checkSum({ total, weights = 0, activation = 0, nonTorch = 0, kvCache = 0 }: MeasuredStage, node: unknown): void {
    const sum = weights + activation + nonTorch + kvCache;
    if (total !== undefined && sum > 1.01 * total) this.report(message("The parts of this stage are more than its total."), node);
  }

  private conditions(node: unknown, place: unknown): Conditions {
    if (!isMap(node)) this.report(message("“holdsFor” is missing: it says what the figures hold for."), node ?? place);
    const engine = this.words(node, "engine");
    const isEngine = (name: string): name is EngineId => name in engineNames;
    if (!isEngine(engine)) this.report(message("“{0}” is no engine.", engine), this.at(node, "engine"));
    return {
      engine: isEngine(engine) ? engine : "other",
      engineVersion: this.words(node, "engineVersion"),
      model: this.words(node, "model"),
      weights: this.words(node, "weights"),
      gpu: this.words(node, "gpu"),
      role: roles.find((role) => role === this.value(node, "role")) ?? "mixed",
      layout: this.sizes(node),
      settings: this.settings(node),
    };
  }

  private sizes(node: unknown): Readonly<Record<string, number>> {
    const sizes: Record<string, number> = {};
    for (const [name, value, at] of this.pairs(node, "layout")) {
      if (typeof value === "number" && Number.isInteger(value) && value > 0) sizes[name] = value;
      else this.report(message("“{0}” is no size.", String(value)), at);
    }
    return sizes;
  }

  private settings(node: unknown): Readonly<Record<string, ConditionValue>> {
    const settings: Record<string, ConditionValue> = {};
    for (const [name, value, at] of this.pairs(node, "settings")) {
      if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") settings[name] = value;
      else this.report(message("“{0}” must be a plain value.", name), at);
    }
    return settings;
  }

  private pairs(node: unknown, key: string): readonly (readonly [string, unknown, unknown])[] {
    const map = isMap(node) ? node.get(key, true) : undefined;
    if (!isMap(map)) return [];
    return map.items.map(({ key: name, value }) => [
      isScalar(name) ? String(name.value) : "",
      isScalar(value) ? value.value : undefined,
      value,
    ]);
  }

  private source(node: unknown): CalibrationSource {
    const word = this.words(node, "source");
    const source = sources.find((one) => one === word);
    if (!source) this.report(message("“{0}” is no source. Known: {1}.", word, sources.join(", ")), this.at(node, "source"));
    return source ?? "log";
  }

  private date(node: unknown): string {
    const date = this.words(node, "date");
    if (date !== "" && !/^\d{4}-\d\d-\d\d/.test(date))
      this.report(message("“{0}” is no date; write it like 2026-11-28.", date), this.at(node, "date"));
    return date.slice(0, 10);
  }

  /** A key that must be there, as it is written: 0.20 is no number here. */
  private words(node: unknown, key: string): string {
    const scalar = isMap(node) ? node.get(key, true) : undefined;
    const words = isScalar(scalar) && typeof scalar.source === "string" ? scalar.source.trim() : "";
    if (words === "" && isMap(node)) this.report(message("“{0}” is missing.", key), scalar ?? node);
    return words;
  }

  private count(node: unknown, key: string): number | null {
    const value = this.value(node, key);
    if (value === undefined) return null;
    if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
    this.report(message("“{0}” must be a whole number.", key), this.at(node, key));
    return null;
  }

  private value(node: unknown, key: string): unknown {
    const scalar = this.at(node, key);
    return isScalar(scalar) ? (scalar.value ?? undefined) : scalar;
  }

  private at(node: unknown, key: string): unknown {
    return isMap(node) ? node.get(key, true) : undefined;
  }

  private report(words: Message, node: unknown): void {
    if (this.problems.length < 20) this.problems.push({ message: words, range: this.place(node) });
  }

  private place(node: unknown): Range {
    const range = typeof node === "object" && node !== null && "range" in node ? node.range : undefined;
    const [start, end] = Array.isArray(range) ? range : [];
    return typeof start === "number" && typeof end === "number" ? this.lines.range({ start, end }) : emptyRange;
  }
}
