import { type Edit, LineMap } from "../deployment/text.ts";

/** The text after edits that do not overlap; undefined where they do, or where one is for another file. */
export function applyEdits(text: string, edits: readonly Edit[]): string | undefined {
  if (edits.some(({ range }) => range.file !== undefined)) return undefined;
  const lines = new LineMap(text);
  const spans = edits.map(({ range, newText }) => ({ ...lines.span(range), newText })).sort((a, b) => a.start - b.start || a.end - b.end);
  let result = "";
  let from = 0;
  for (const { start, end, newText } of spans) {
    if (start < from) return undefined;
    result += text.slice(from, start) + newText;
    from = end;
  }
  return result + text.slice(from);
}
