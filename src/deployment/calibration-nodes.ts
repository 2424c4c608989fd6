import { isMap, isScalar, type YAMLMap } from "yaml";
import type { CalibrationSource, Conditions, ConditionValue } from "./calibration.ts";
import type { EngineId, ReadProblem } from "./deployment.ts";
import { engineNames } from "./engine-names.ts";
import { type Message, message } from "./message.ts";
import { emptyRange, LineMap, type Range } from "./text.ts";

const sources: readonly CalibrationSource[] = ["log", "bench", "live"];
const roles = ["mixed", "prefill", "decode"] as const;

/** Values of a calibration's tree; what one of them should not be is told at its place. */
export class CalibrationNodes {
  readonly problems: ReadProblem[] = [];
  readonly lines: LineMap;

  constructor(text: string) {
    this.lines = new LineMap(text);
  }

  conditions(node: unknown, place: unknown): Conditions {
    if (!isMap(node)) this.report(message("“holdsFor” is missing: it says what the figures hold for."), node ?? place);
    const engine = this.words(node, "engine");
    const isEngine = (name: string): name is EngineId => Object.hasOwn(engineNames, name);
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

  source(node: unknown): CalibrationSource {
    const word = this.words(node, "source");
    const source = sources.find((one) => one === word);
    if (!source) this.report(message("“{0}” is no source. Known: {1}.", word, sources.join(", ")), this.at(node, "source"));
    return source ?? "log";
  }

  date(node: unknown): string {
    const date = this.words(node, "date");
    if (date !== "" && !/^\d{4}-\d\d-\d\d/.test(date))
      this.report(message("“{0}” is no date; write it like 2026-11-28.", date), this.at(node, "date"));
    return date.slice(0, 10);
  }

  /** A key that must be there, as it is written: 0.20 is no number here. */
  words(node: unknown, key: string): string {
    const scalar = isMap(node) ? node.get(key, true) : undefined;
    const words = isScalar(scalar) && typeof scalar.source === "string" ? scalar.source.trim() : "";
    if (words === "" && isMap(node)) this.report(message("“{0}” is missing.", key), scalar ?? node);
    return words;
  }

  count(node: unknown, key: string): number | null {
    const value = this.value(node, key);
    if (value === undefined) return null;
    if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
    this.report(message("“{0}” must be a whole number.", key), this.at(node, key));
    return null;
  }

  value(node: unknown, key: string): unknown {
    const scalar = this.at(node, key);
    return isScalar(scalar) ? (scalar.value ?? undefined) : scalar;
  }

  at(node: unknown, key: string): unknown {
    return isMap(node) ? node.get(key, true) : undefined;
  }

  report(words: Message, node: unknown): void {
    if (this.problems.length < 20) this.problems.push({ message: words, range: this.place(node) });
  }

  private place(node: unknown): Range {
    const range = typeof node === "object" && node !== null && "range" in node ? node.range : undefined;
    const [start, end] = Array.isArray(range) ? range : [];
    return typeof start === "number" && typeof end === "number" ? this.lines.range({ start, end }) : emptyRange;
  }

  /** Keys that stand in a map twice: which of them counts nobody could say. */
  refuseTwice(map: YAMLMap): void {
    const seen = new Set<string>();
    for (const { key } of map.items) {
      const name = isScalar(key) ? String(key.value) : "";
      if (seen.has(name)) this.report(message("“{0}” stands here twice.", name), key);
      seen.add(name);
    }
  }
}
