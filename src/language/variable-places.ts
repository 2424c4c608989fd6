import { forEachChild, parse, type SyntaxNode } from "unbash";
import { type Mapped, spanOf } from "../deployment/mapped.ts";
import type { Span } from "../deployment/text.ts";
import type { YamlValue } from "../deployment/yaml-document.ts";

/** Keys under which formats list the environment of what they start. */
const environmentKeys: readonly string[] = ["env", "envs", "environment"];
/** Nested deeper than any shell script. */
const deepest = 200;

/** Where the nearest environment around a value sets a name; the last of equal entries counts. */
export function entryNamed(path: readonly YamlValue[], name: string): Span | undefined {
  for (const value of [...path].reverse()) {
    for (const key of environmentKeys) {
      const found = entryIn(value.at(key), name);
      if (found) return found;
    }
  }
  return undefined;
}

/** An entry of `- name: X`, of `- X=value`, or of `X: value`. */
function entryIn(environment: YamlValue, name: string): Span | undefined {
  const entry = environment.entries().findLast(({ key }) => key?.value === name);
  if (entry?.key) return spanOf(entry.key);
  for (const item of environment.items().reverse()) {
    const named = item.at("name").text();
    if (named?.value === name) return spanOf(named);
    const text = item.text();
    if (text && (text.value === name || text.value.startsWith(`${name}=`))) return spanOf(text, 0, name.length);
  }
  return undefined;
}

/** The last place before `offset` at which a script itself sets a variable. */
export function assignmentBefore(script: Mapped, name: string, offset: number): Span | undefined {
  let found: Span | undefined;
  const visit = (node: SyntaxNode, depth: number): void => {
    if (depth > deepest) return;
    const set = node.type === "Assignment" ? node : node.type === "For" ? node.name : undefined;
    const isNamed = set && (set.type === "Assignment" ? set.name === name : set.value === name);
    if (isNamed) {
      const span = spanOf(script, set.pos, set.pos + name.length);
      if (span.start < offset && (!found || span.start >= found.start)) found = span;
    }
    forEachChild(node, (child) => visit(child, depth + 1));
  };
  for (const statement of parse(script.value).commands) visit(statement, 0);
  return found;
}
