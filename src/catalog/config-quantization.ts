import { booleanOf, type Fields, fieldsOf, numberOf, numbersOf, textOf, wordsOf } from "./config-fields.ts";
import { keptModules } from "./kept-modules.ts";
import type { Shape } from "./parameters.ts";
import type { QuantizationFacts } from "./weight-format.ts";

/** Lists of modules left in 16 bit, by the names of the quantisation methods. */
const lists = ["ignore", "modules_to_not_convert", "ignored_layers", "exclude_modules", "exclude", "llm_int8_skip_modules"];

/** What a `quantization_config` says about bytes, and whether all of it was understood. */
export interface ReadQuantization {
  readonly facts: QuantizationFacts;
  /** False where parts are quantised differently in ways that are not read: then sizes are near, not exact. */
  readonly whole: boolean;
}

/** Reads Hugging Face's own methods, compressed-tensors, quark and modelopt; of experts the model's config says more. */
export function quantizationFacts(config: Fields, model: Fields, shape: Shape): ReadQuantization {
  const inner = fieldsOf(config.quantization);
  const groups = weightGroups(config);
  const [group] = groups;
  const listed = lists.flatMap((name) => wordsOf(config, name) ?? wordsOf(inner, name) ?? []);
  const kept = keptModules(listed, shape);
  const facts: QuantizationFacts = {
    quant_method: textOf(config, "quant_method"),
    quant_algo: textOf(config, "quant_algo") ?? textOf(inner, "quant_algo"),
    kv_cache_quant_algo: textOf(config, "kv_cache_quant_algo") ?? textOf(inner, "kv_cache_quant_algo"),
    weight_block_size: numbersOf(config, "weight_block_size") ?? numbersOf(group, "block_structure"),
    group_size: numberOf(group, "group_size") ?? numberOf(config, "group_size", "q_group_size") ?? numberOf(inner, "group_size"),
    ...(group ? groupElements(group) : { bits: numberOf(config, "bits", "w_bit") }),
    load_in_4bit: booleanOf(config, "load_in_4bit"),
    load_in_8bit: booleanOf(config, "load_in_8bit"),
    expert_dtype: textOf(config, "expert_dtype") ?? textOf(model, "expert_dtype"),
    ...(Object.keys(kept.plain).length > 0 ? { plain: kept.plain } : {}),
  };
  const mixed = groups.some((one) => JSON.stringify(one) !== JSON.stringify(group)) || facts.quant_algo === "MIXED_PRECISION";
  return { facts, whole: !kept.unread && !mixed };
}

/** compressed-tensors takes 8 bits and integers where a group leaves them out; quark has one word for both. */
function groupElements(group: Fields): Pick<QuantizationFacts, "bits" | "weightType" | "zeroPoints"> {
  const word = textOf(group, "dtype");
  if (word !== undefined) return { bits: Number(/\d+/.exec(word)?.[0] ?? Number.NaN), weightType: /^u?int/.test(word) ? "int" : "float" };
  return {
    bits: numberOf(group, "num_bits") ?? 8,
    weightType: textOf(group, "type") === "float" ? "float" : "int",
    zeroPoints: booleanOf(group, "symmetric") === false,
  };
}

/** Formats of the weights of each group of modules; quark writes them for all modules at once. */
function weightGroups(config: Fields): readonly Fields[] {
  const groups = fieldsOf(config.config_groups);
  const weights = groups ? Object.values(groups).map((one) => fieldsOf(one)?.weights) : [fieldsOf(config.global_quant_config)?.weight];
  return weights.map(fieldsOf).filter((one) => one !== undefined);
}
