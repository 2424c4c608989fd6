import type { FlagNames } from "../flag-names.ts";
import { message } from "../message.ts";
import { plainUnit, type Unit, unknownHardware } from "../units.ts";
import type { YamlValue } from "../yaml-document.ts";
import { isUnmistakable } from "./argument-engine.ts";
import type { ReaderContext } from "./context.ts";
import { engineMapping, flagKey } from "./engine-mapping.ts";
import type { Reader } from "./reader.ts";
import { fileTitle, rootAnchor } from "./workload.ts";

const sglangKeys = new Set(["model-path", "mem-fraction-static", "chunked-prefill-size", "tp-size", "dp-size", "ep-size"]);

/** A file for `vllm serve --config`: a flat mapping whose keys are long flags without dashes. */
export const vllmConfigReader: Reader = (root, extent, context) => {
  if (!isVllmConfig(root, context)) return undefined;
  const unit: Unit = {
    ...plainUnit,
    format: "vllm-config",
    name: fileTitle(context.fileName) || "vllm",
    anchor: rootAnchor(root, extent),
    extent,
    engine: "vllm",
    mapping: engineMapping(root, "vllm", "engine", context),
    complete: root.document.errors.length === 0 && !root.document.structuralTemplate,
    instances: { value: 1, origin: "inferred", why: message("a config file starts one server") },
    hardware: unknownHardware,
  };
  return { format: "vllm-config", units: [unit] };
};

/** Two of vLLM's flags at least, one of them nobody else's, next to no foreign keys; a single one where the path says vLLM too. */
function isVllmConfig(root: YamlValue, context: ReaderContext): boolean {
  if (!root.isMap || root.isFlow || root.at("apiVersion").exists || root.at("services").exists) return false;
  const keys = root.entries().map(({ key }) => flagKey(key?.value ?? ""));
  if (keys.some((key) => sglangKeys.has(key))) return false;
  const names = context.names("vllm");
  const known = keys.map((key) => exactFlag(key, names)).filter((name) => name !== undefined);
  const unmistakable = known.some(isUnmistakable);
  if (!unmistakable || known.length < keys.length * 0.75) return false;
  return known.length >= 2 || (keys.length === 1 && /vllm/i.test(context.fileName));
}

/** The flag a key stands for by its full name; beginnings that only argparse would complete are no sign of vLLM. */
function exactFlag(key: string, names: FlagNames): string | undefined {
  const { facts, name } = names.resolve(`--${key}`);
  const base = key.replace(/^no-/, "").split(".")[0];
  return facts && (facts.name === base || name === key) ? facts.name : undefined;
}
