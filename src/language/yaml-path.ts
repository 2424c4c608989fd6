import { spanOf } from "../deployment/mapped.ts";
import type { Span } from "../deployment/text.ts";
import type { YamlDocument, YamlValue } from "../deployment/yaml-document.ts";

/** The values that hold an offset, from the document's root to the innermost; under a key or in its value alike. */
export function pathTo(document: YamlDocument, offset: number): readonly YamlValue[] {
  const path: YamlValue[] = [];
  for (let value: YamlValue | undefined = document.root; value; value = childAt(value, offset)) path.push(value);
  return path;
}

function childAt(parent: YamlValue, offset: number): YamlValue | undefined {
  return [...parent.entries(), ...parent.items()].find((child) => {
    const span = placeOf(child);
    return span !== undefined && offset >= span.start && offset <= span.end;
  });
}

/** Key and value; the value alone in a list. An alias's target stands elsewhere and is not entered. */
function placeOf({ key, span }: YamlValue): Span | undefined {
  const word = key && spanOf(key);
  return word && span ? { start: word.start, end: Math.max(word.end, span.end) } : (word ?? span);
}
