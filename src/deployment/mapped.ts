import type { Span } from "./text.ts";

/** Stands in decoded text for anything that cannot be read here: a template marker, an unresolved variable, a command's output. */
export const unknownMark = "\uE000";

/** Decoded text with the source span of each of its characters, through YAML quoting, folding, shell quoting and expansion. */
export interface Mapped {
  readonly value: string;
  /** Source start of character i. */
  readonly starts: ArrayLike<number>;
  /** Source end of character i. */
  readonly ends: ArrayLike<number>;
  /** The whole word with its quotes, as far as it stands in one place. */
  readonly span: Span;
}

/** Longer than any value an engine takes: expansions that double themselves end here. */
const longestExpansion = 131_072;

/** An expansion's text, or the mark of the unknown where it has outgrown every real one. */
export function bounded(parts: readonly Mapped[], span: Span, written: number): Mapped {
  const length = parts.reduce((sum, { value }) => sum + value.length, 0);
  return length > longestExpansion + written ? opaque(unknownMark, span) : concat(parts, span);
}

export function isReadable(text: string): boolean {
  return !text.includes(unknownMark);
}

/** Text that stands in the source character by character. */
export function verbatim(value: string, start: number): Mapped {
  const starts = new Int32Array(value.length);
  const ends = new Int32Array(value.length);
  for (let i = 0; i < value.length; i++) {
    starts[i] = start + i;
    ends[i] = start + i + 1;
  }
  return { value, starts, ends, span: { start, end: start + value.length } };
}

/** Every character stands for the whole span: an expansion's value, or a decoding that could not be followed. */
export function opaque(value: string, span: Span): Mapped {
  return { value, starts: new Int32Array(value.length).fill(span.start), ends: new Int32Array(value.length).fill(span.end), span };
}

export function concat(parts: readonly Mapped[], span: Span): Mapped {
  const [only] = parts;
  if (parts.length === 1 && only) return { ...only, span };
  const length = parts.reduce((sum, part) => sum + part.value.length, 0);
  const starts = new Int32Array(length);
  const ends = new Int32Array(length);
  let value = "";
  for (const part of parts) {
    for (let i = 0; i < part.value.length; i++) {
      starts[value.length + i] = part.starts[i] ?? 0;
      ends[value.length + i] = part.ends[i] ?? 0;
    }
    value += part.value;
  }
  return { value, starts, ends, span };
}

/** Characters [from, to) of the decoded text. */
export function slice(text: Mapped, from: number, to = text.value.length): Mapped {
  const count = Math.max(0, to - from);
  const starts = new Int32Array(count);
  const ends = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    starts[i] = text.starts[from + i] ?? 0;
    ends[i] = text.ends[from + i] ?? 0;
  }
  return { value: text.value.slice(from, to), starts, ends, span: spanOf(text, from, to) };
}

/** Source span of characters [from, to); an empty stretch lies where it would begin. */
export function spanOf(text: Mapped, from = 0, to = text.value.length): Span {
  const length = text.value.length;
  if (length === 0) return { start: text.span.end, end: text.span.end };
  if (to <= from) {
    const at = from < length ? text.starts[from] : text.ends[length - 1];
    return { start: at ?? text.span.end, end: at ?? text.span.end };
  }
  // A word split over an expansion may run backwards in the source: then its first character's place is told.
  const start = text.starts[from] ?? text.span.start;
  const end = text.ends[to - 1] ?? text.span.end;
  return end >= start ? { start, end } : { start, end: text.ends[from] ?? start };
}

/**
 * Where a text of whole lines stands in the source, and what stands there: its lines with their indentation, and what of them is unknown
 * marked. undefined for a text that the source spells otherwise.
 */
export function literalPlace(text: Mapped, source: string): { readonly span: Span; readonly text: string } | undefined {
  const { value, starts } = text;
  const first = starts[0];
  if (first === undefined) return undefined;
  const marked: string[] = [];
  let done = first;
  let indenting = false;
  for (let i = 0; i < value.length; i++) {
    const at = starts[i] ?? -1;
    if (at < done || (at > done && !(indenting && /^[ \t]*$/.test(source.slice(done, at))))) return undefined;
    if (value[i] !== unknownMark && value[i] !== source[at]) return undefined;
    marked.push(source.slice(done, at), value[i] ?? "");
    indenting = value[i] === "\n" || (indenting && /[ \t]/.test(value[i] ?? ""));
    done = at + 1;
  }
  const line = source.lastIndexOf("\n", first - 1) + 1;
  const isWholeLine = /^[ \t]*$/.test(source.slice(line, first));
  if (!isWholeLine && value.trimEnd().includes("\n")) return undefined;
  const start = isWholeLine ? line : first;
  return { span: { start, end: done }, text: source.slice(start, first) + marked.join("") };
}
