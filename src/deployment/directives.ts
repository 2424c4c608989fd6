import type { ReadProblem } from "./deployment.ts";
import { message } from "./message.ts";
import type { LineMap, Span } from "./text.ts";

/** One word `key=value` of a directive comment, with the value's place. */
export interface DirectiveValue {
  readonly value: string;
  readonly span: Span;
}

/** One comment `# inference-lens: key=value …`. */
export interface Directive {
  readonly span: Span;
  readonly values: ReadonlyMap<string, DirectiveValue>;
  readonly ignored: ReadonlySet<string>;
}

export interface Directives {
  readonly all: readonly Directive[];
  readonly problems: readonly ReadProblem[];
  readonly ignoredLines: ReadonlyMap<number, ReadonlySet<string>>;
}

/** Keys a directive may hold. */
export const directiveKeys: readonly string[] = [
  "gpu",
  "gpus-per-node",
  "link",
  "model-config",
  "version",
  "workload",
  "slo.ttft",
  "slo.tpot",
  "slo.e2e",
  "slo.percentile",
  "price",
  "system",
  "routing",
  "acceptance",
  "expert-load",
  "ignore",
];
const known: ReadonlySet<string> = new Set(directiveKeys);

/** Every directive comment of a text, those inside scripts of block scalars included. */
export function readDirectives(text: string, lines: LineMap): Directives {
  const all: Directive[] = [];
  const problems: ReadProblem[] = [];
  const ignoredLines = new Map<number, Set<string>>();
  for (const match of text.matchAll(/#[ \t]*inference-lens:([^\r\n]*)/g)) {
    const from = match.index + match[0].length - (match[1] ?? "").length;
    const values = new Map<string, DirectiveValue>();
    const ignored = new Set<string>();
    for (const word of (match[1] ?? "").matchAll(/\S+/g)) {
      const start = from + word.index;
      const equals = word[0].indexOf("=");
      const key = equals < 0 ? word[0] : word[0].slice(0, equals);
      const value = equals < 0 ? "" : word[0].slice(equals + 1);
      if (!known.has(key)) {
        const range = lines.range({ start, end: start + key.length });
        problems.push({ message: message("Unknown directive “{0}”. Known: {1}.", key, directiveKeys.join(", ")), range });
      } else if (value === "") {
        problems.push({ message: message("“{0}” needs a value: {0}=…", key), range: lines.range({ start, end: start + word[0].length }) });
      } else if (key === "ignore") {
        for (const code of value.split(",")) if (code !== "") ignored.add(code);
      } else {
        values.set(key, { value, span: { start: start + equals + 1, end: start + word[0].length } });
      }
    }
    all.push({ span: { start: match.index, end: match.index + match[0].length }, values, ignored });
    if (ignored.size > 0) ignoredLines.set(lines.position(match.index).line, ignored);
  }
  return { all, problems, ignoredLines };
}

/** `500ms`, `2s`, `1.5s` in seconds. */
export function seconds(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(text.trim());
  return match ? Number(match[1]) / (match[2] === "ms" ? 1000 : 1) : undefined;
}

/** `0.7`: the share of drafted tokens that is accepted, below 1. */
export function acceptanceShare(text: string): number | undefined {
  return /^0?\.\d+$|^0$/.test(text.trim()) ? Number(text) : undefined;
}
