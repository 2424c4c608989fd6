import type { ArgumentSite } from "./deployment.ts";
import type { Mapped } from "./mapped.ts";
import type { LineMap, Span } from "./text.ts";

const isBlank = (character: string | undefined): boolean => character === " " || character === "\t";

/** Where a line that holds `offset` begins. */
export function lineStart(source: string, offset: number): number {
  let at = offset;
  while (at > 0 && source[at - 1] !== "\n" && source[at - 1] !== "\r") at--;
  return at;
}

/** Behind the line break of the line that holds `offset`. */
export function nextLine(source: string, offset: number): number {
  let at = offset;
  while (at < source.length && source[at] !== "\n" && source[at] !== "\r") at++;
  if (source[at] === "\r") at++;
  return source[at] === "\n" ? at + 1 : at;
}

/** The line break that this text uses. */
export function lineBreak(source: string): string {
  return source.includes("\r\n") ? "\r\n" : "\n";
}

/** Blanks at the beginning of the line that holds `offset`. */
export function indentAt(source: string, offset: number): string {
  const start = lineStart(source, offset);
  let end = start;
  while (isBlank(source[end])) end++;
  return source.slice(start, end);
}

/** A list item with nothing but its dash before it on the line. */
function isBlockItem(source: string, span: Span): boolean {
  let at = span.start;
  while (isBlank(source[at - 1]) || source[at - 1] === "-") at--;
  if (at > 0 && source[at - 1] !== "\n" && source[at - 1] !== "\r") return false;
  return /^\s*(?:-\s+)+$/.test(source.slice(lineStart(source, span.start), span.start));
}

/** What removing words `first` … `last` of an argument list must take along. */
export function removalSpan(source: string, style: "list" | "shell", first: Span, last: Span): Span {
  if (last.end < first.start) return first;
  if (style === "shell") return shellRemoval(source, first, last);
  if (isBlockItem(source, first)) return { start: lineStart(source, first.start), end: nextLine(source, last.end) };
  let end = last.end;
  while (/\s/.test(source[end] ?? "")) end++;
  if (source[end] === ",") {
    end++;
    while (isBlank(source[end])) end++;
    return { start: first.start, end };
  }
  let start = first.start;
  while (/\s/.test(source[start - 1] ?? "")) start--;
  return source[start - 1] === "," ? { start: start - 1, end: last.end } : { start: first.start, end: last.end };
}

/** Takes the blanks, continuation and line break before the words along, so that the line above continues with what follows. */
function shellRemoval(source: string, first: Span, last: Span): Span {
  let start = first.start;
  while (isBlank(source[start - 1])) start--;
  const beforeBreak = /\\\r?\n$/.exec(source.slice(Math.max(0, start - 3), start));
  if (beforeBreak) {
    start -= beforeBreak[0].length;
    while (isBlank(source[start - 1])) start--;
    return { start, end: last.end };
  }
  if (start > 0 && source[start - 1] !== "\n" && source[start - 1] !== "\r") return { start, end: last.end };
  // First on a line that nothing continues: the line goes when nothing else is on it, else what follows moves up.
  let end = last.end;
  while (isBlank(source[end])) end++;
  if (source[end] === "\n" || source[end] === "\r" || end === source.length) return { start, end: nextLine(source, end) };
  return { start: first.start, end };
}

/** Where a further flag goes behind the last word of a command line, and what it needs around it. */
export function siteAfter(
  source: string,
  lines: LineMap,
  style: "list" | "shell",
  last: Mapped,
  previous: Mapped | undefined,
  inBlockScalar: boolean,
): ArgumentSite {
  const { end } = last.span;
  const at = lines.range({ start: end, end });
  if (style === "shell") {
    const between = previous && previous.span.end <= last.span.start ? source.slice(previous.span.end, last.span.start) : "";
    const indent = indentAt(source, last.span.start);
    const brokenLine =
      /\\\r?\n/.test(between) ||
      /\\\r?\n[ \t]*$/.test(source.slice(Math.max(0, lineStart(source, last.span.start) - 3), lineStart(source, last.span.start)));
    const before = brokenLine ? ` \\${lineBreak(source)}${indent}` : /\n/.test(between) ? `${lineBreak(source)}${indent}` : " ";
    return { style: inBlockScalar ? "shell" : "string", end: at, before, after: "" };
  }
  if (isBlockItem(source, last.span)) {
    const lead = source.slice(lineStart(source, last.span.start), last.span.start);
    const dash = lead.lastIndexOf("-");
    const indent = lead.slice(0, dash).replace(/-/g, " ");
    return { style: "block-list", end: at, before: `${lineBreak(source)}${indent}- `, after: "" };
  }
  const quote = source[last.span.start] === '"' || source[last.span.start] === "'" ? (source[last.span.start] ?? "") : "";
  return { style: "flow-list", end: at, before: `, ${quote}`, after: quote };
}
