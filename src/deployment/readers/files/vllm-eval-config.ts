import { message } from "../../message.ts";
import { plainUnit, type Unit, unknownHardware } from "../../units.ts";
import { extraArguments } from "../fields/extra-arguments.ts";
import { rootAnchor } from "../pods/workload.ts";
import type { Reader } from "../reader.ts";

/** An evaluation of vLLM's own tests: a model and the arguments of the server that it asks. */
export const vllmEvalConfigReader: Reader = (root, extent) => {
  const model = root.at("model_name").text();
  const args = root.at("server_args");
  if (!model || !args.exists || root.at("apiVersion").exists) return undefined;
  const unit: Unit = {
    ...plainUnit,
    format: "vllm-eval-config",
    name: model.value,
    anchor: rootAnchor(root, extent),
    extent,
    engine: "vllm",
    launch: extraArguments(args, "vllm"),
    mapping: { flags: [], site: undefined, model, complete: true, readBy: "platform" },
    complete: root.document.errors.length === 0 && !root.document.structuralTemplate,
    instances: { value: 1, origin: "inferred", why: message("an evaluation starts one server") },
    hardware: unknownHardware,
  };
  return { format: "vllm-eval-config", units: [unit] };
};
