import { isReadable, spanOf } from "../../mapped.ts";
import { type Role, roleOfWord } from "../../pool-role.ts";
import type { Span } from "../../text.ts";
import type { YamlValue } from "../../yaml-document.ts";

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

/** Labels that name a pod's role: `llm-d.ai/role`, `inference-role`, `app.kubernetes.io/component`. */
const roleLabel = /(^|[-_./])(role|component)$/;

/** `prefill` or `decode` where the workload's labels say so. */
export function roleOf(root: YamlValue): Role {
  const group = root.at("spec", "leaderWorkerTemplate");
  for (const owner of [root, root.at("spec", "template"), group.at("leaderTemplate"), group.at("workerTemplate")]) {
    for (const label of owner.at("metadata", "labels").entries()) {
      const role = roleLabel.test(label.key?.value ?? "") ? roleOfWord(label.string) : "mixed";
      if (role !== "mixed") return role;
    }
  }
  return "mixed";
}

/** A file's name without folders and ending, for what has no name of its own. */
export function fileTitle(fileName: string): string {
  return (fileName.split(/[\\/]/).at(-1) ?? "").replace(/\.ya?ml$/i, "");
}
