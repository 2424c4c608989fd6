import { isMap, isScalar, isSeq, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import type { YamlDocument, YamlValue } from "./yaml-document.ts";

/**
 * A document after the add, replace and remove operations of a JSON patch (RFC 6902), as kustomize takes them; other operations and paths
 * that lead nowhere leave it as it is. Nodes stay where they were written.
 */
export function withJsonPatch(base: YamlDocument, operations: YamlValue): YamlDocument {
  let result = base;
  for (const operation of operations.items()) {
    const path = operation.at("path").string;
    if (!path.startsWith("/")) continue;
    const steps = path
      .slice(1)
      .split("/")
      .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
    const kind = operation.at("op").string;
    if (kind !== "add" && kind !== "replace" && kind !== "remove") continue;
    const value = kind === "remove" ? undefined : operation.at("value").contents;
    if (kind !== "remove" && value === undefined) continue;
    result = result.with(changed(result, result.contents, steps, kind, value), operation.document);
  }
  return result;
}

/** A document with one node set, which another document holds. */
export function withNodeAt(base: YamlDocument, path: readonly string[], value: Node, from: YamlDocument): YamlDocument {
  return base.with(changed(base, base.contents, path, "add", value), from);
}

type Kind = "add" | "replace" | "remove";

function changed(document: YamlDocument, own: unknown, steps: readonly string[], kind: Kind, value: Node | undefined): Node | undefined {
  const node = document.resolve(own);
  const [step, ...rest] = steps;
  if (step === undefined) return kind === "remove" ? undefined : value;
  if (isMap(node)) return changedMap(document, node, step, rest, kind, value);
  if (isSeq(node)) return changedList(document, node, step, rest, kind, value);
  return node;
}

function changedMap(
  document: YamlDocument,
  own: YAMLMap,
  step: string,
  rest: readonly string[],
  kind: Kind,
  value: Node | undefined,
): Node {
  const result = new YAMLMap();
  if (own.range) result.range = own.range;
  let isThere = false;
  for (const pair of own.items) {
    if (!isScalar(pair.key) || String(pair.key.value) !== step) {
      result.items.push(pair);
      continue;
    }
    isThere = true;
    const after = changed(document, pair.value, rest, kind, value);
    if (after) result.items.push(new Pair(pair.key, after));
  }
  if (!isThere && kind === "add" && rest.length === 0 && value) result.items.push(new Pair(new Scalar(step), value));
  return result;
}

function changedList(
  document: YamlDocument,
  own: YAMLSeq,
  step: string,
  rest: readonly string[],
  kind: Kind,
  value: Node | undefined,
): Node {
  const result = new YAMLSeq();
  if (own.range) result.range = own.range;
  result.items.push(...own.items);
  const at = step === "-" ? own.items.length : /^\d{1,6}$/.test(step) ? Number(step) : -1;
  if (at < 0 || at > own.items.length) return own;
  if (rest.length > 0) result.items[at] = changed(document, own.items[at], rest, kind, value) ?? own.items[at];
  else if (kind === "add") result.items.splice(at, 0, value);
  else if (kind === "replace") result.items[at] = value;
  else result.items.splice(at, 1);
  return result;
}
