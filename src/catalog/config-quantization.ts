import { booleanOf, type Fields, fieldsOf, numberOf, numbersOf, textOf } from "./config-fields.ts";
import type { QuantizationFacts } from "./weight-format.ts";

/** What a `quantization_config` says about bytes: of Hugging Face's own methods, compressed-tensors' first group, or modelopt's; of experts the model's config says more. */
export function quantizationFacts(config: Fields, model: Fields): QuantizationFacts {
  const inner = fieldsOf(config.quantization);
  const group = firstWeights(config);
  const type = textOf(group, "type");
  return {
    quant_method: textOf(config, "quant_method"),
    quant_algo: textOf(config, "quant_algo") ?? textOf(inner, "quant_algo"),
    weight_block_size: numbersOf(config, "weight_block_size"),
    group_size: numberOf(group, "group_size") ?? numberOf(config, "group_size", "q_group_size") ?? numberOf(inner, "group_size"),
    bits: numberOf(group, "num_bits") ?? numberOf(config, "bits", "w_bit"),
    weightType: type === "int" || type === "float" ? type : undefined,
    load_in_4bit: booleanOf(config, "load_in_4bit"),
    load_in_8bit: booleanOf(config, "load_in_8bit"),
    double_quant: booleanOf(config, "bnb_4bit_use_double_quant"),
    expert_dtype: textOf(config, "expert_dtype") ?? textOf(model, "expert_dtype"),
  };
}

function firstWeights(config: Fields): Fields | undefined {
  const groups = fieldsOf(config.config_groups);
  const first = groups && Object.values(groups)[0];
  return fieldsOf(fieldsOf(first)?.weights);
}
