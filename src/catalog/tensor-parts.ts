import type { WeightPart } from "./parameters.ts";

/** What a tensor of a checkpoint belongs to. */
export interface TensorPlace {
  /** Index of its layer; null outside the layers. */
  readonly layer: number | null;
  readonly part: WeightPart["part"] | "head" | "drafting";
  /** What tensor parallelism does with it; `heads` = by KV head. */
  readonly split: "even" | "experts" | "copied" | "heads";
}

const towers = /(^|\.)(visual|vision\w*|image\w*|audio\w*|multi_modal_projector|mm_projector|embed_vision|embed_audio|sound\w*)(\.|$)/;
const layered = /(?:^|\.)(?:layers|h|blocks|block)\.(\d+)\.(.+)$/;

/** Names below a layer, first match first: as the model files of transformers call them. */
const below: readonly (readonly [RegExp, TensorPlace["part"], TensorPlace["split"]])[] = [
  [/(^|\.)shared_expert(s)?\./, "shared-experts", "even"],
  [/(^|\.)shared_mlp\./, "mlp", "even"],
  [/(^|\.)shared_expert_gate\./, "routers", "copied"],
  [/(^|\.)experts(\.|$)/, "experts", "experts"],
  [
    /(^|\.)(block_sparse_moe|mlp|feed_forward|mixer|moe)\.(gate|router|fc[12]_latent_proj)(\.|$)|e_score_correction_bias|expert_bias/,
    "routers",
    "copied",
  ],
  [/(^|\.)(q_norm|k_norm|q_a_layernorm|kv_a_layernorm|sinks|rotary_emb)(\.|$)/, "norms", "copied"],
  [/(^|\.)(q_a_proj|kv_a_proj_with_mqa|fused_qkv_a_proj|indexer)(\.|$)/, "attention", "copied"],
  [/(^|\.)(linear_attn|mamba|temporal_block)\./, "recurrent", "even"],
  [/(^|\.)mixer\.(in_proj|out_proj|conv1d|A_log|D|dt_bias|norm)(\.|$)/, "recurrent", "even"],
  [/(^|\.)mixer\.(up|down|gate)_proj\./, "mlp", "even"],
  [/(^|\.)(k_proj|v_proj|key|value)(\.|$)/, "attention", "heads"],
  [/(^|\.)(self_attn|self_attention|attention|attn|cross_attn|mixer)(\.|$)/, "attention", "even"],
  [/(^|\.)(norm\w*|\w*_norm|\w*layernorm\w*|ln_\w+)(\.|$)/, "norms", "copied"],
  [/(^|\.)(mlp|feed_forward|ffn)(\.|$)/, "mlp", "even"],
];

/** Where a tensor belongs by its name; layers from `layers` on draft further tokens. */
export function tensorPlace(name: string, layers: number): TensorPlace {
  if (towers.test(name)) return { layer: null, part: "towers", split: "even" };
  if (/(^|\.)(mtp|nextn|eagle)\w*\./.test(name)) return { layer: null, part: "drafting", split: "even" };
  const [, index, inner] = layered.exec(name) ?? [];
  if (index === undefined || inner === undefined) return outside(name);
  const layer = Number(index);
  if (layer >= layers) return { layer: null, part: "drafting", split: "even" };
  const [, part, split] = below.find(([pattern]) => pattern.test(inner)) ?? [undefined, "norms", "copied"];
  return { layer, part, split };
}

function outside(name: string): TensorPlace {
  if (/(^|\.)(lm_head|embed_out|output)(\.|$)/.test(name)) return { layer: null, part: "head", split: "even" };
  if (/(^|\.)(embed_tokens|embeddings?|word_embeddings|wte|tok_embeddings|embed_in)(\.|$)/.test(name))
    return { layer: null, part: "embedding", split: "even" };
  return { layer: null, part: "norms", split: "copied" };
}
