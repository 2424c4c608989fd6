import { wordTable } from "../catalog/word-table.ts";
import type { Pool } from "./deployment.ts";
import { FlagReader } from "./flag-reader.ts";
import { type Flags, isOn } from "./flag-sizes.ts";

export type Role = Pool["role"];

const words: Readonly<Record<string, Role>> = wordTable({
  prefill: "prefill",
  prefiller: "prefill",
  context: "prefill",
  ctx: "prefill",
  kv_producer: "prefill",
  decode: "decode",
  decoder: "decode",
  generation: "decode",
  gen: "decode",
  kv_consumer: "decode",
});

/** The role that a word names (`prefill`, `kv_consumer`, `CONTEXT`), "mixed" for every other. */
export function roleOfWord(word: string): Role {
  const lower = word.toLowerCase();
  return Object.hasOwn(words, lower) ? (words[lower] ?? "mixed") : "mixed";
}

/**
 * The role that an engine's own flags give it: vLLM's KV connector, SGLang's and Dynamo's disaggregation mode, TensorRT-LLM's server
 * role. A connector that does both (`kv_both`) leaves it open.
 */
export function roleOfFlags(flags: Flags): Role {
  const text = (name: string): string => flags.get(name)?.value?.value ?? "";
  if (isOn(flags, "is-prefill-worker") === true) return "prefill";
  if (isOn(flags, "is-decode-worker") === true) return "decode";
  const named = [kvRole(flags), text("disaggregation-mode"), text("server_role")].map(roleOfWord);
  return named.find((role) => role !== "mixed") ?? "mixed";
}

/** The connector's own role, not that of one among several it combines; what is no JSON for a template in it tells too. */
function kvRole(flags: Flags): string {
  const role = new FlagReader(flags).member("kv-transfer-config", "kv_role");
  if (typeof role === "string") return role;
  const [own] = (flags.get("kv-transfer-config")?.value?.value ?? "").split('"kv_connector_extra_config"');
  return /"kv_role"\s*:\s*"(\w+)"/.exec(own ?? "")?.[1] ?? "";
}

/** Flags that only engines have which hand KV cache on, whichever role they take. */
const transferFlags = [
  "kv-transfer-config",
  "kv-transfer-config.kv_connector",
  "disaggregation-transfer-backend",
  "cache_transceiver_config.backend",
];

/** A name says a role only where the engine hands KV cache on: `llama-prefill`; one that has both words says none. */
export function roleOfName(name: string, flags: Flags): Role {
  if (!transferFlags.some((flag) => flags.has(flag))) return "mixed";
  const roles = new Set(nameParts(name).map(roleOfWord));
  roles.delete("mixed");
  const [role] = roles;
  return roles.size === 1 && role ? role : "mixed";
}

/** A name without its words for roles: what the pools of one deployment have in common. */
export function nameWithoutRole(name: string): string {
  return nameParts(name)
    .filter((part) => roleOfWord(part) === "mixed")
    .join("-");
}

function nameParts(name: string): string[] {
  return name.split(/[-_./]+/).filter(Boolean);
}
