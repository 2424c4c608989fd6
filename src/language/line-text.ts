import type { LineMap } from "../deployment/text.ts";

/** A line without its end; empty beyond the last one. */
export function lineText(text: string, lines: LineMap, line: number): string {
  if (line >= lines.lines) return "";
  const end = line + 1 < lines.lines ? lines.offset({ line: line + 1, character: 0 }) : text.length;
  return text.slice(lines.offset({ line, character: 0 }), end).replace(/[\r\n]+$/, "");
}

export function indentOf(content: string): number {
  return content.length - content.trimStart().length;
}
