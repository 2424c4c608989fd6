import { roleOfWord } from "../../deployment/pool-role.ts";
import type { MemberRole } from "../source.ts";
import type { PodQuery } from "./manifest-pods.ts";
import type { Pod } from "./pod.ts";
import { engineContainer } from "./serving-ports.ts";

/** Labels whose value names a role: `llm-d.ai/role`, `nvidia.com/dynamo-sub-component-type`, `role-name`, `app.kubernetes.io/component`. */
const roleLabel = /(^|[-_./])(role|role-name|component|component-type)$/;

/** What a pod does of the work: as its labels say, else as its engine was told, else as its file has it. */
export function podRole(pod: Pod, written: PodQuery["role"]): MemberRole {
  const named = [...pod.labels].flatMap(([label, value]) => (roleLabel.test(label) ? value.split(/[-_.]/) : [])).map(roleOfWord);
  const told = named.find((role) => role !== "mixed") ?? roleTold(pod);
  return told === undefined || told === "mixed" ? (written ?? "both") : told;
}

/** By the flags of SGLang and Dynamo, and the role of vLLM's connector. */
function roleTold(pod: Pod): ReturnType<typeof roleOfWord> | undefined {
  const { command = [], args = [] } = engineContainer(pod) ?? {};
  const text = [...command, ...args].join(" ");
  if (/--is-prefill-worker\b/.test(text)) return "prefill";
  if (/--is-decode-worker\b/.test(text)) return "decode";
  const word = /--disaggregation-mode[ =]+["']?(\w+)/.exec(text)?.[1] ?? /"kv_role"\s*:\s*"(\w+)"/.exec(text)?.[1];
  return word === undefined ? undefined : roleOfWord(word);
}
