import type { Scalar } from "yaml";
import { type Mapped, opaque, verbatim } from "./mapped.ts";
import type { Span } from "./text.ts";

const namedEscapes: Readonly<Record<string, string>> = {
  "0": "\0",
  a: "\x07",
  b: "\b",
  e: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  N: "\u0085",
  _: "\u00a0",
  L: "\u2028",
  P: "\u2029",
};
const isBlank = (code: number): boolean => code === 32 || code === 9 || code === 10 || code === 13;

/** A scalar's text, numbers as written. */
export function scalarValue(node: Scalar): string {
  if (typeof node.source === "string") return node.source;
  return typeof node.value === "string" || typeof node.value === "number" || typeof node.value === "boolean" ? String(node.value) : "";
}

/** The text of a scalar as the YAML reader decoded it, each character with its place: plain, quoted, literal and folded. */
export function scalarText(node: Scalar, source: string): Mapped {
  const [start, end] = node.range ?? [0, 0];
  const span: Span = { start, end };
  const value = scalarValue(node);
  switch (node.type) {
    case "BLOCK_LITERAL":
    case "BLOCK_FOLDED": {
      const header = source.indexOf("\n", start);
      return header < 0 || header >= end ? opaque(value, span) : align(value, source, header + 1, end, "", span);
    }
    case "QUOTE_DOUBLE":
    case "QUOTE_SINGLE": {
      const quote = node.type === "QUOTE_DOUBLE" ? '"' : "'";
      const close = source[end - 1] === quote && end - 1 > start ? end - 1 : end;
      return align(value, source, start + 1, close, quote, span);
    }
    default:
      return source.startsWith(value, start) && value.length === end - start
        ? verbatim(value, start)
        : align(value, source, start, end, "", span);
  }
}

/**
 * Walks decoded and raw text side by side. Everything but blanks appears in the raw text in the same order, so each word is found
 * exactly; blanks that folding made up lie where the fold is. Text that cannot be followed keeps the scalar's whole span.
 */
function align(value: string, source: string, from: number, to: number, quote: "" | '"' | "'", span: Span): Mapped {
  const starts = new Int32Array(value.length);
  const ends = new Int32Array(value.length);
  let at = from;
  for (let i = 0; i < value.length; i++) {
    const blank = isBlank(value.charCodeAt(i));
    while (at < to && ((!blank && isBlank(source.charCodeAt(at))) || (quote === '"' && isLineContinuation(source, at)))) {
      at += quote === '"' && source[at] === "\\" ? continuationLength(source, at) : 1;
    }
    const taken = at < to ? rawLength(source, at, to, quote, value, i) : 0;
    if (taken === 0 && !blank) return opaque(value, span);
    starts[i] = at;
    ends[i] = at + taken;
    const pair = taken > 1 && value.charCodeAt(i) >= 0xd800 && value.charCodeAt(i) < 0xdc00 && source[at] === "\\";
    if (pair) {
      i++;
      starts[i] = at;
      ends[i] = at + taken;
    }
    at += taken;
  }
  return { value, starts, ends, span };
}

function isLineContinuation(source: string, at: number): boolean {
  return source[at] === "\\" && (source[at + 1] === "\n" || source[at + 1] === "\r");
}

function continuationLength(source: string, at: number): number {
  let end = at + 1;
  while (isBlank(source.charCodeAt(end)) && source[end] !== undefined) end++;
  return end - at;
}

/** How many raw characters stand for value[i] at `at`: 0 = none (a blank made by folding, or no match). */
function rawLength(source: string, at: number, to: number, quote: string, value: string, i: number): number {
  const raw = source[at];
  const want = value[i];
  if (quote === "'" && raw === "'" && source[at + 1] === "'") return want === "'" ? 2 : 0;
  if (quote === '"' && raw === "\\") {
    const letter = source[at + 1] ?? "";
    const digits = letter === "x" ? 2 : letter === "u" ? 4 : letter === "U" ? 8 : 0;
    if (digits > 0) {
      const code = Number.parseInt(source.slice(at + 2, at + 2 + digits), 16);
      const decoded = Number.isNaN(code) || code > 0x10ffff ? "" : String.fromCodePoint(code);
      return decoded !== "" && value.startsWith(decoded, i) && at + 2 + digits <= to ? 2 + digits : 0;
    }
    return (namedEscapes[letter] ?? letter) === want ? 2 : 0;
  }
  if (raw === want) return 1;
  // A line break decoded as \n or folded to a blank.
  return want !== undefined && isBlank(want.charCodeAt(0)) && raw !== undefined && isBlank(raw.charCodeAt(0)) ? 1 : 0;
}
