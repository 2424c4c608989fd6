import type { YamlValue } from "../../yaml-document.ts";

/** Nested no deeper than pods are, indented wrongly. */
const deepest = 12;

/** A workload's pod; in a document that is no valid YAML, whatever mapping holds containers where the parser put it. */
export function strayPod(root: YamlValue, path: readonly string[]): YamlValue {
  const pod = root.at(...path);
  if (root.document.errors.length === 0 || pod.at("containers").exists) return pod;
  return holderOfContainers(root, 0) ?? pod;
}

function holderOfContainers(value: YamlValue, depth: number): YamlValue | undefined {
  if (value.at("containers").isList) return value;
  if (depth >= deepest) return undefined;
  for (const entry of value.entries()) {
    const found = holderOfContainers(entry, depth + 1);
    if (found) return found;
  }
  return undefined;
}
