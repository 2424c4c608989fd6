import type { FormatId } from "../../deployment.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { Reader } from "../reader.ts";

/** Files that list possibilities, or name deployments that stand elsewhere, by their keys. */
const catalogues: readonly { readonly format: FormatId; readonly holds: (root: YamlValue) => boolean }[] = [
  { format: "vllm-recipe", holds: (root) => root.at("model", "model_id").exists && (root.at("meta").isMap || root.at("variants").isMap) },
  {
    format: "vllm-recipe-strategy",
    holds: (root) => root.at("deploy_type").exists && (root.at("vllm_args").exists || root.at("parallel_flag").exists),
  },
  { format: "aiconfigurator-exp", holds: (root) => [root, ...root.entries()].some(isExperiment) },
  {
    format: "aibrix-brixbench",
    holds: (root) =>
      (root.at("Scenario").exists && root.at("Tests").isList) || (root.at("kind").string === "vllm-bench" && root.at("vllmArgs").isMap),
  },
  { format: "inferencex-master", holds: (root) => root.entries().some(isBenchmarkMatrix) },
];

/** Files around deployments that start no engine by themselves. */
export const catalogueReader: Reader = (root) => {
  if (!root.isMap || root.at("apiVersion").exists) return undefined;
  const found = catalogues.find(({ holds }) => holds(root));
  return found && { format: found.format, units: [] };
};

/** A search over layouts: how it serves, on what system, for which model. */
function isExperiment(value: YamlValue): boolean {
  if (!/^(agg|disagg)$/.test(value.at("serving_mode").string)) return false;
  return ["total_gpus", "system_name", "prefill_system_name", "model_path", "prefill_model_path", "model_name"].some(
    (key) => value.at(key).exists,
  );
}

/** One image and model under many layouts and loads. */
function isBenchmarkMatrix(value: YamlValue): boolean {
  const has = (...keys: readonly string[]): boolean => keys.some((key) => value.at(key).exists);
  return has("image") && has("model") && has("runner", "framework") && has("scenarios", "seq-len-configs", "search-space");
}
