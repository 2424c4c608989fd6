import { type Fields, numberOf, numbersOf } from "./config-fields.ts";
import type { MoeFacts } from "./facts.ts";

/** Experts under the names that Mixtral, Qwen, DeepSeek, Llama 4, gpt-oss and Granite give them; null for dense models. */
export function expertFacts(text: Fields): MoeFacts | null {
  const experts = numberOf(text, "num_local_experts", "n_routed_experts", "num_experts", "moe_num_experts") ?? 0;
  if (experts <= 1) return null;
  const intermediate = numberOf(text, "moe_intermediate_size", "expert_ffn_hidden_size", "intermediate_size") ?? 0;
  const llama4 = numberOf(text, "intermediate_size_mlp") !== undefined;
  const sharedWidth = numberOf(text, "shared_expert_intermediate_size", "moe_shared_expert_intermediate_size", "shared_intermediate_size");
  const shared = numberOf(text, "n_shared_experts", "num_shared_experts") ?? (llama4 || (sharedWidth ?? 0) > 0 ? 1 : 0);
  return {
    experts,
    expertsPerToken: numberOf(text, "num_experts_per_tok", "num_experts_per_token", "moe_topk", "moe_k", "experts_per_token") ?? 1,
    intermediate,
    sharedExperts: shared,
    sharedIntermediate: shared > 0 ? (sharedWidth ?? intermediate * shared) : 0,
    firstDense: numberOf(text, "first_k_dense_replace") ?? 0,
    step: Math.max(1, numberOf(text, "interleave_moe_layer_step", "decoder_sparse_step", "moe_layer_freq") ?? 1),
  };
}

/** Layers named as dense one by one, which the step cannot say. */
export function hasIrregularExperts(text: Fields): boolean {
  return (numbersOf(text, "mlp_only_layers")?.length ?? 0) > 0;
}
