import type { EngineId, Flag } from "../../deployment.ts";
import type { FlagName } from "../../flag-names.ts";
import { isReadable, type Mapped, spanOf } from "../../mapped.ts";
import { lineStart, nextLine, removalSpan } from "../../placement.ts";
import type { Span } from "../../text.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";

/** One key of a mapping as the flag it becomes: true is a bare flag, false its `--no-` form, lists join, mappings are JSON. */
export function fieldFlag(entry: YamlValue, key: Mapped, name: FlagName, { source, lines }: ReaderContext): Flag {
  const span = entry.span ?? { start: key.span.end, end: key.span.end };
  const text = entry.text();
  const written = text ? spanOf(text) : span;
  // A key alone has no value to point at.
  const valueSpan = written.end > written.start ? written : undefined;
  const whole = wholeEntry(source, key.span, Math.max(span.end, key.span.end));
  const bool = entry.boolean;
  const value = bool === undefined ? valueText(entry, text) : null;
  return {
    name: name.name,
    spelled: key.value,
    negated: name.negated !== (bool === false),
    value: value === undefined ? undefined : { value, origin: "file", range: lines.range(valueSpan ?? spanOf(key)) },
    flagRange: lines.range(spanOf(key)),
    valueRange: valueSpan && lines.range(valueSpan),
    wholeRange: lines.range(whole),
    known: name.facts !== undefined,
    oneWord: false,
  };
}

/** A platform's own fields, by the flag that each becomes (`{ maxModelLen: "max-model-len" }`). */
export function fieldFlags(owner: YamlValue, becomes: Readonly<Record<string, string>>, engine: EngineId, context: ReaderContext): Flag[] {
  const names = context.names(engine);
  return owner.entries().flatMap((entry) => {
    const flag = entry.key && Object.hasOwn(becomes, entry.key.value) ? becomes[entry.key.value] : undefined;
    return flag === undefined || !entry.key ? [] : [fieldFlag(entry, entry.key, names.resolve(`--${flag}`), context)];
  });
}

function valueText(entry: YamlValue, text: Mapped | undefined): string | undefined {
  if (text) return isReadable(text.value) ? text.value : undefined;
  if (!entry.exists || entry.isNull) return "None";
  const data = entry.data();
  if (data === undefined) return undefined;
  const isWords = Array.isArray(data) && data.every((item) => typeof item !== "object");
  const written = isWords ? data.map(String).join(" ") : JSON.stringify(data);
  return written && isReadable(written) ? written : undefined;
}

/** An entry's own lines; between others on one line it goes with its comma, and a list item keeps its dash. */
function wholeEntry(source: string, key: Span, end: number): Span {
  const start = lineStart(source, key.start);
  const lead = source.slice(start, key.start);
  const next = entryEnd(source, end);
  if (/^\s*$/.test(lead) && /^\s*,?\s*(?:#.*\s*)?$/.test(source.slice(end, next))) return { start, end: next };
  if (/^[\s-]*-\s+$/.test(lead)) return { start: key.start, end };
  return removalSpan(source, "list", key, { start: key.start, end });
}

/** Block values end with their last line, others in the middle of one. */
function entryEnd(source: string, end: number): number {
  return end > 0 && /[\r\n]/.test(source[end - 1] ?? "") ? end : nextLine(source, end);
}
