import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { configUnit, exactFlag, settingKeys } from "../fields/config-unit.ts";
import { isUnmistakable } from "../pods/argument-engine.ts";
import type { Reader } from "../reader.ts";

/** A file for `vllm serve --config`: a flat mapping whose keys are long flags without dashes. */
export const vllmConfigReader: Reader = (root, extent, context) =>
  isVllmConfig(root, context) ? { format: "vllm-config", units: [configUnit("vllm-config", "vllm", root, extent, context)] } : undefined;

/** Two of vLLM's flags at least, one of them nobody else's, next to no foreign keys; a single one where the path says vLLM too. */
function isVllmConfig(root: YamlValue, context: ReaderContext): boolean {
  const keys = settingKeys(root);
  const names = context.names("vllm");
  const known = keys.map((key) => exactFlag(key, names)).filter((name) => name !== undefined);
  const unmistakable = known.some(isUnmistakable);
  if (!unmistakable || known.length < keys.length * 0.75) return false;
  return known.length >= 2 || (keys.length === 1 && /vllm/i.test(context.fileName));
}
