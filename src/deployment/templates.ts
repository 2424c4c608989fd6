import { withoutConflictMarkers } from "./conflict-markers.ts";
import { unknownMark } from "./mapped.ts";
import type { Span } from "./text.ts";

/** Text whose Helm and Jinja markers were replaced one character for one, so that every position holds. */
export interface Masked {
  readonly text: string;
  /** Lines that were nothing but markers (`{{- if … }}`): what stands between them may be absent, repeated or indented anew. */
  readonly structural: readonly Span[];
  readonly markers: number;
}

const opening = /\{[{%#]/g;
const closing: Readonly<Record<string, string>> = { "{{": "}}", "{%": "%}", "{#": "#}" };
const flowMapping = /^\{\{\s*["']/;

/** Markers in the order written. One look to the end for each kind that is never closed, so that no text takes long. */
function* markersOf(text: string): Generator<Span> {
  const unclosed = new Set<string>();
  opening.lastIndex = 0;
  for (let match = opening.exec(text); match; match = opening.exec(text)) {
    const [open] = match;
    const start = match.index;
    const close = closing[open] ?? "";
    const at = unclosed.has(open) ? -1 : text.indexOf(close, start + 2);
    if (at < 0) {
      unclosed.add(open);
      opening.lastIndex = start + 1;
      continue;
    }
    yield { start, end: at + 2 };
    opening.lastIndex = at + 2;
  }
}

/** Replaces markers by placeholders; lines that hold nothing else but a comment become blank, and so do those of a merge conflict. */
export function maskTemplates(written: string): Masked {
  const text = withoutConflictMarkers(written);
  if (!text.includes("{{") && !text.includes("{%")) return { text, structural: [], markers: 0 };
  const structural: Span[] = [];
  const parts: string[] = [];
  let markers = 0;
  let done = 0;
  for (const { start, end } of markersOf(text)) {
    const marker = text.slice(start, end);
    if (start < done || flowMapping.test(marker)) continue;
    markers++;
    parts.push(text.slice(done, start), marker.replace(/[^\r\n]/g, unknownMark));
    done = end;
  }
  parts.push(text.slice(done));
  const masked = parts
    .join("")
    .replace(new RegExp(`^[ \\t${unknownMark}]*${unknownMark}[ \\t${unknownMark}]*(?:[ \\t]#.*)?$`, "gm"), (line, at: number) => {
      structural.push({ start: at, end: at + line.length });
      return " ".repeat(line.length);
    });
  return { text: masked, structural, markers };
}
