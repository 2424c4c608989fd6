import { type Mapped, spanOf } from "../../mapped.ts";
import type { MappingFlags } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { engineMapping } from "../fields/engine-mapping.ts";
import { hiddenFlag } from "../fields/implied-flag.ts";
import { withFields } from "../fields/with-fields.ts";
import { configMapYaml } from "../pods/config-maps.ts";

/** What the operator always sets, to a value of its own choice (pkg/model/interface.go, buildVLLMInferenceCommand). */
const chosenByOperator = ["gpu-memory-utilization", "max-model-len"];
/** What it sets by the machine and the model's size unless the user's own config, which comes last, does. */
const layoutByOperator = ["tensor-parallel-size", "data-parallel-size"];

/** A preset's flags: the operator's, and over them those of the ConfigMap that `config` names. */
export function presetMapping(model: Mapped | undefined, config: YamlValue, context: ReaderContext): MappingFlags {
  const name = config.string;
  const own = name === "" ? undefined : configMapYaml(name, "inference_config.yaml", context)?.root.at("vllm");
  const mapping = own?.exists ? engineMapping(own, "vllm", "platform", context) : undefined;
  const isLaidOut = mapping?.flags.some((flag) => flag.name === "tensor-parallel-size" && flag.value !== undefined) === true;
  const at = config.key?.span ?? (model ? spanOf(model) : { start: 0, end: 0 });
  const hidden = [...chosenByOperator, ...(isLaidOut ? [] : layoutByOperator)].map((flag) => hiddenFlag(flag, at, context));
  const fields = withFields(mapping, { flags: hidden, model });
  // A config that nobody sees may set anything.
  return { ...fields, complete: fields.complete && (name === "" || mapping !== undefined) };
}
