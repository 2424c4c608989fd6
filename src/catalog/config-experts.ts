import { blocksOf } from "./config-attention.ts";
import { booleanOf, type Fields, numberOf, numbersOf } from "./config-fields.ts";
import type { MoeFacts } from "./facts.ts";

/** Experts under the names that Mixtral, Qwen, DeepSeek, Llama 4, gpt-oss, Granite, Nemotron and Gemma give them; null for dense models. */
export function expertFacts(text: Fields, layers: number): MoeFacts | null {
  const experts = numberOf(text, "num_local_experts", "n_routed_experts", "num_experts", "moe_num_experts") ?? 0;
  if (experts <= 1) return null;
  const intermediate = numberOf(text, "moe_intermediate_size", "expert_ffn_hidden_size", "intermediate_size") ?? 0;
  const latent = numberOf(text, "moe_latent_size");
  const groups = numberOf(text, "n_group") ?? 1;
  const beside = booleanOf(text, "enable_moe_block") === true ? numberOf(text, "intermediate_size") : undefined;
  const llama4 = numberOf(text, "intermediate_size_mlp") !== undefined;
  const sharedWidth =
    numberOf(text, "shared_expert_intermediate_size", "moe_shared_expert_intermediate_size", "shared_intermediate_size") ?? beside;
  const shared =
    numberOf(text, "n_shared_experts", "num_shared_experts", "num_shared_expert", "moe_num_shared_experts") ??
    (llama4 || (sharedWidth ?? 0) > 0 ? 1 : 0);
  return {
    experts,
    expertsPerToken:
      numberOf(text, "num_experts_per_tok", "num_experts_per_token", "moe_topk", "moe_k", "experts_per_token", "top_k_experts") ?? 1,
    intermediate,
    sharedExperts: shared,
    sharedIntermediate: shared > 0 ? (sharedWidth ?? intermediate * shared) : 0,
    firstDense: numberOf(text, "first_k_dense_replace", "moe_layer_start_index", "num_dense_layers") ?? 0,
    step: Math.max(1, numberOf(text, "interleave_moe_layer_step", "decoder_sparse_step", "moe_layer_freq", "expert_layer_period") ?? 1),
    ...irregular(text, layers),
    ...(latent === undefined ? {} : { latent }),
    ...(groups > 1 ? { groups } : {}),
  };
}

/** Layers told one by one, which the step cannot say: those that are dense, each with or without, or each a block of its own. */
function irregular(text: Fields, layers: number): Pick<MoeFacts, "layers"> {
  const dense = numbersOf(text, "mlp_only_layers")?.length ?? 0;
  if (dense > 0) return { layers: Math.max(0, layers - dense) };
  const flags = numbersOf(text, "moe_layer_freq");
  if (flags && flags.length > 0) return { layers: flags.filter((flag) => flag > 0).length };
  const blocks = blocksOf(text);
  return blocks ? { layers: blocks.experts } : {};
}
