import { isMap, isScalar, type YAMLMap } from "yaml";
import type { ReadProblem } from "./deployment.ts";
import type { GpuFigure } from "./gpu-figures.ts";
import { type Message, message } from "./message.ts";
import { emptyRange, type LineMap, type Range } from "./text.ts";

const mostProblems = 50;

/** Members of YAML mappings by their type: undefined where one is not written, and where it is not what it should be, which is told at its place. */
export class MemberReader {
  readonly problems: ReadProblem[] = [];

  constructor(private readonly lines: LineMap) {}

  figure(node: YAMLMap, key: string, { read, example, least, most, words }: GpuFigure): number | undefined {
    const place = node.get(key, true);
    if (place === undefined) return undefined;
    const written = scalarWords(place) ?? "";
    const value = read(written);
    if (value !== undefined && value >= least && value <= most) return value;
    const wrong =
      value === undefined
        ? message("“{0}” cannot be read as “{1}”; write it like {2}.", written, key, example)
        : message("“{0}” is not between {1} and {2}: is its unit right?", written, words(least), words(most));
    return this.report(wrong, place);
  }

  number(node: YAMLMap, key: string, most: number): number | undefined {
    const place = node.get(key, true);
    if (place === undefined) return undefined;
    const value = Number(scalarWords(place) ?? Number.NaN);
    if (value > 0 && value <= most) return value;
    return this.report(message("“{0}” must be a number above 0, at most {1}.", key, most), place);
  }

  oneOf<T extends string>(node: YAMLMap, key: string, known: readonly T[]): T | undefined {
    const word = this.words(node, key);
    const found = known.find((one) => one === word?.toLowerCase());
    if (word === undefined || found) return found;
    return this.report(message("“{0}” is not known here. Known: {1}.", word, known.join(", ")), node.get(key, true));
  }

  words(node: YAMLMap, key: string): string | undefined {
    const place = node.get(key, true);
    if (place === undefined) return undefined;
    return scalarWords(place) ?? this.report(message("“{0}” must be a name.", key), place);
  }

  flag(node: YAMLMap, key: string): boolean | undefined {
    const place = node.get(key, true);
    if (place === undefined) return undefined;
    const value = isScalar(place) ? place.value : undefined;
    return typeof value === "boolean" ? value : this.report(message("“{0}” must be true or false.", key), place);
  }

  map(node: YAMLMap, key: string): YAMLMap | undefined {
    const map = node.get(key, true);
    if (map === undefined || isMap(map)) return map;
    return this.report(message("“{0}” must hold keys and values.", key), map);
  }

  /** Tells keys that mean nothing. */
  only(node: YAMLMap, known: readonly string[]): void {
    for (const { key } of node.items) {
      const name = scalarWords(key) ?? "";
      if (!known.includes(name)) this.report(message("Unknown key “{0}”. Known: {1}.", name, known.join(", ")), key);
    }
  }

  report(words: Message, node: unknown): undefined {
    if (this.problems.length < mostProblems) this.problems.push({ message: words, range: this.place(node) });
  }

  private place(node: unknown): Range {
    const range = typeof node === "object" && node !== null && "range" in node ? node.range : undefined;
    const [start, end] = Array.isArray(range) ? range : [];
    return typeof start === "number" && typeof end === "number" ? this.lines.range({ start, end }) : emptyRange;
  }
}

/** Undefined for what holds none: collections, null, dates. */
export function scalarWords(node: unknown): string | undefined {
  if (!isScalar(node)) return undefined;
  const { value } = node;
  const words = typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
  return words === "" ? undefined : words;
}
