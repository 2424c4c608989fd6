import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { configUnit, exactFlag, settingKeys } from "../fields/config-unit.ts";
import type { Reader } from "../reader.ts";

/** Flags that only SGLang has, of those that most of its configurations set. */
const ownFlags = new Set([
  "attn-dp-size",
  "chunked-prefill-size",
  "context-length",
  "cuda-graph-max-bs",
  "disable-radix-cache",
  "disaggregation-mode",
  "dp-size",
  "enable-dp-attention",
  "ep-size",
  "max-prefill-tokens",
  "max-running-requests",
  "mem-fraction-static",
  "model-path",
  "moe-a2a-backend",
  "pp-size",
  "schedule-conservativeness",
  "tp-size",
]);
/** Their long aliases are flags of vLLM too. */
const sharedKeys = new Set(["tensor-parallel-size", "data-parallel-size", "pipeline-parallel-size", "model"]);

/** A file for `sglang.launch_server --config`: a flat mapping of its flags. */
export const sglangConfigReader: Reader = (root, extent, context) =>
  isSglangConfig(root, context)
    ? { format: "sglang-config", units: [configUnit("sglang-config", "sglang", root, extent, context)] }
    : undefined;

/** Two of SGLang's flags at least, one of them its own by the name written, next to no foreign keys; a single one where the path says it too. */
function isSglangConfig(root: YamlValue, context: ReaderContext): boolean {
  const keys = settingKeys(root);
  const names = context.names("sglang");
  const known = keys.filter((key) => exactFlag(key, names) !== undefined);
  const own = known.filter((key) => !sharedKeys.has(key) && ownFlags.has(exactFlag(key, names) ?? ""));
  if (own.length === 0 || known.length < keys.length * 0.75) return false;
  return known.length >= 2 || (keys.length === 1 && /sglang/i.test(context.fileName));
}
