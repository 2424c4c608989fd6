import { parseDocument } from "yaml";
import { isTooDeep } from "./nesting.ts";

/** A YAML or JSON text as plain data. Never throws: what is broken, or expands without end through its aliases, is a problem. */
export function plainYaml(text: string): { readonly value: unknown; readonly problem?: undefined } | { readonly problem: string } {
  if (isTooDeep(text)) return { problem: "Nested too deeply to be read." };
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false });
  const [broken] = document.errors;
  if (broken) return { problem: `Not valid YAML: ${broken.message}` };
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) };
  } catch (error) {
    // The parser's word for an alias without an anchor and for too many of them.
    if (error instanceof ReferenceError) return { problem: `Not valid YAML: ${error.message}` };
    throw error;
  }
}
