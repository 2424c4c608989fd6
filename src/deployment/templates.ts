import { unknownMark } from "./mapped.ts";
import type { Span } from "./text.ts";

/** Text whose Helm and Jinja markers were replaced one character for one, so that every position holds. */
export interface Masked {
  readonly text: string;
  /** Lines that were nothing but markers (`{{- if … }}`): what stands between them may be absent, repeated or indented anew. */
  readonly structural: readonly Span[];
  readonly markers: number;
}

const marker = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}|\{#[\s\S]*?#\}/g;
const flowMapping = /^\{\{\s*["']/;

/** Replaces markers by placeholders; lines that hold nothing else become blank. */
export function maskTemplates(text: string): Masked {
  if (!text.includes("{{") && !text.includes("{%")) return { text, structural: [], markers: 0 };
  const structural: Span[] = [];
  const parts: string[] = [];
  let markers = 0;
  let done = 0;
  for (const match of text.matchAll(marker)) {
    const start = match.index;
    const end = start + match[0].length;
    if (start < done || flowMapping.test(match[0])) continue;
    markers++;
    parts.push(text.slice(done, start), match[0].replace(/[^\r\n]/g, unknownMark));
    done = end;
  }
  parts.push(text.slice(done));
  const masked = parts
    .join("")
    .replace(new RegExp(`^[ \\t${unknownMark}]*${unknownMark}[ \\t${unknownMark}]*$`, "gm"), (line, at: number) => {
      structural.push({ start: at, end: at + line.length });
      return " ".repeat(line.length);
    });
  return { text: masked, structural, markers };
}
