import { maskTemplates } from "../deployment/templates.ts";
import { LineMap, type Position, type Range, type Span } from "../deployment/text.ts";
import { parseYaml } from "../deployment/yaml-document.ts";
import { objectNamed } from "./named-object.ts";
import { referenceAt } from "./reference.ts";
import { assignmentBefore, entryNamed } from "./variable-places.ts";
import { pathTo } from "./yaml-path.ts";

/** Where the name at a position is set, and the words that refer to it. */
export interface Definition {
  readonly origin: Range;
  readonly target: Range;
}

/** From a variable to the entry or assignment that sets it, from the name of an object of this file to that object; only where it is sure. */
export function definitionAt(text: string, position: Position): Definition | undefined {
  const lines = new LineMap(text);
  const offset = lines.offset(position);
  const documents = parseYaml(maskTemplates(text));
  const document = documents.find(({ span }) => offset >= span.start && offset <= span.end);
  if (!document) return undefined;
  const path = pathTo(document, offset);
  const answer = (origin: Span, target: Span | undefined): Definition | undefined =>
    target && { origin: lines.range(origin), target: lines.range(target) };
  const reference = referenceAt(text, offset);
  if (!reference) {
    const named = objectNamed(path, documents);
    return named && answer(named.origin, named.target);
  }
  // compose replaces `$NAME` from outside the file, and hands `$$NAME` on to the container's shell.
  const isCompose = document.root.at("services").isMap && !document.root.at("apiVersion").exists;
  if (isCompose !== reference.isEscaped) return undefined;
  const script = reference.by === "shell" ? path.at(-1)?.text() : undefined;
  const assigned = script && assignmentBefore(script, reference.name, reference.span.start);
  return answer(reference.span, assigned ?? entryNamed(path, reference.name));
}
