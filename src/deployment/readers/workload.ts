import { isReadable, spanOf } from "../mapped.ts";
import type { Span } from "../text.ts";
import type { Unit } from "../units.ts";
import type { YamlValue } from "../yaml-document.ts";

/** `metadata.name`, or the kind where there is none to read. */
export function workloadName(root: YamlValue): string {
  const name = root.at("metadata", "name").string || root.at("metadata", "generateName").string;
  return name !== "" && isReadable(name) ? name : root.at("kind").string;
}

/** The first key of the document: where its lens stands. */
export function rootAnchor(root: YamlValue, extent: Span): Span {
  const key = root.entries()[0]?.key;
  return key ? spanOf(key) : { start: extent.start, end: extent.start };
}

/** `prefill` or `decode` where the workload's labels say so. */
export function roleOf(root: YamlValue): Unit["role"] {
  for (const labels of [
    root.at("metadata", "labels"),
    root.at("spec", "template", "metadata", "labels"),
    root.at("spec", "leaderWorkerTemplate", "workerTemplate", "metadata", "labels"),
  ]) {
    const role = labels.at("llm-d.ai/role").string || labels.at("inference-role").string;
    if (role === "prefill" || role === "decode") return role;
  }
  return "mixed";
}

/** A file's name without folders and ending, for what has no name of its own. */
export function fileTitle(fileName: string): string {
  return (fileName.split(/[\\/]/).at(-1) ?? "").replace(/\.ya?ml$/i, "");
}
