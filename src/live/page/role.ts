import type { Role, Sample } from "../snapshot.ts";

const roleLabels = ["engine_type", "worker_type", "role", "dynamo_component"] as const;
/** SGLang says `unified` where it does both; TensorRT-LLM calls prefill `context`. */
const roles: ReadonlyMap<string, Role> = new Map([
  ["prefill", "prefill"],
  ["context", "prefill"],
  ["decode", "decode"],
  ["generation", "decode"],
  ["unified", "both"],
  ["both", "both"],
]);

/** What the labels of a series say of its engine's work. */
export function roleOf({ labels }: Sample): Role | undefined {
  for (const label of roleLabels) {
    const role = roles.get((labels[label] ?? "").toLowerCase());
    if (role) return role;
  }
  return undefined;
}
