import type { LineMap } from "../deployment/text.ts";

/** A line without its end; empty beyond the last one. */
export function lineText(text: string, lines: LineMap, line: number): string {
  return text.slice(lines.offset({ line, character: 0 }), lines.offset({ line: line + 1, character: 0 })).replace(/[\r\n]+$/, "");
}

export function indentOf(content: string): number {
  return content.length - content.trimStart().length;
}
