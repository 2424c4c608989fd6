import { concat, isReadable, type Mapped, opaque, slice, spanOf, unknownMark } from "../../mapped.ts";
import type { YamlValue } from "../../yaml-document.ts";

const marker = /\{\{[^{}]*\}\}/g;
/** `{{ .Values.a.b | quote }}`: a path and nothing but functions that keep the text. */
const reference = /^\{\{-?\s*(?:tpl\s+)?\.Values\.([\w.-]+)\s*(?:\$|\.)?\s*(?:\|\s*(?:quote|squote|toString|trim)\s*)*-?\}\}$/;

/** A value whose template markers name other values of the same file, with these in their place; other markers stay unknown. */
export function withValues(text: Mapped, values: YamlValue, source: string): Mapped {
  if (isReadable(text.value)) return text;
  const parts: Mapped[] = [];
  for (let at = 0; at < text.value.length; ) {
    const isMark = text.value[at] === unknownMark;
    let end = at;
    while (end < text.value.length && (text.value[end] === unknownMark) === isMark) end++;
    const part = slice(text, at, end);
    // A marker is replaced character for character, so its own text stands where its marks do.
    parts.push(...(isMark ? markers(part, values, source) : [part]));
    at = end;
  }
  return concat(parts, text.span);
}

/** Markers that follow each other without anything between. */
function markers(marks: Mapped, values: YamlValue, source: string): Mapped[] {
  const { start, end } = spanOf(marks);
  return [...source.slice(start, end).matchAll(marker)].map((match) => {
    const path = reference.exec(match[0])?.[1];
    const named = path === undefined ? undefined : values.at(...path.split(".")).text();
    const span = { start: start + match.index, end: start + match.index + match[0].length };
    return opaque(named && isReadable(named.value) ? named.value : unknownMark, span);
  });
}
