import { booleanOf, type Fields, fieldsOf, numberOf, numbersOf, textOf, wordsOf } from "./config-fields.ts";
import { recurrentLayers } from "./config-recurrent.ts";
import type { MlaFacts, Model, RecurrentFacts } from "./facts.ts";
import type { LayerSizes } from "./recurrent-layers.ts";

export type AttentionLayers = Pick<Model, "fullAttentionLayers" | "slidingLayers" | "slidingWindow" | "mlpLayers"> & {
  readonly recurrent: RecurrentFacts | null;
};

/** Layers by what they remember: the list of layer types where there is one, else the family's own pattern. */
export function attentionLayers(text: Fields, layers: number, sizes: LayerSizes): AttentionLayers {
  const window = numberOf(text, "sliding_window") ?? null;
  const blocks = blocksOf(text);
  if (blocks) {
    const { attention, mamba, mlp } = blocks;
    const recurrent = mamba > 0 ? recurrentLayers(text, mamba, sizes) : null;
    return { fullAttentionLayers: attention, slidingLayers: 0, slidingWindow: null, mlpLayers: mlp, recurrent };
  }
  const types = attentionKinds(text, layers);
  if (types && types.length > 0) {
    const count = (kind: RegExp) => types.filter((type) => kind.test(type)).length;
    const sliding = window === null ? 0 : count(/sliding/);
    const recurrent = count(/linear|mamba|recurrent|conv/);
    return {
      fullAttentionLayers: layers - sliding - recurrent,
      slidingLayers: sliding,
      slidingWindow: sliding > 0 ? window : null,
      recurrent: recurrent > 0 ? recurrentLayers(text, recurrent, sizes) : null,
    };
  }
  // Falcon-H1 keeps a state beside the attention of every layer.
  const beside = numberOf(text, "mamba_d_ssm") === undefined ? null : recurrentLayers(text, layers, sizes);
  const sliding = slidingLayers(text, layers, window);
  return { fullAttentionLayers: layers - sliding, slidingLayers: sliding, slidingWindow: sliding > 0 ? window : null, recurrent: beside };
}

/** Gemma alternates windowed and full layers (2: every second, 3: five of six); elsewhere a window holds for all layers unless switched off. */
function slidingLayers(text: Fields, layers: number, window: number | null): number {
  if (window === null || booleanOf(text, "use_sliding_window") === false) return 0;
  const type = textOf(text, "model_type") ?? "";
  const pattern =
    numberOf(text, "sliding_window_pattern", "_sliding_window_pattern") ??
    (type.startsWith("gemma3") ? 6 : type.startsWith("gemma2") ? 2 : 0);
  if (pattern > 1) return layers - Math.floor(layers / pattern);
  return layers - Math.min(layers, booleanOf(text, "use_sliding_window") === true ? (numberOf(text, "max_window_layers") ?? 0) : 0);
}

/** The kind of each layer where they are listed. Qwen3-Next says how often attention is full instead, Jamba also where it begins, EXAONE 4 in letters. */
export function attentionKinds(text: Fields, layers: number): readonly string[] | undefined {
  const letters = textOf(text, "sliding_window_pattern");
  if (letters)
    return Array.from({ length: layers }, (_, layer) => (letters[layer % letters.length] === "L" ? "sliding_attention" : "full_attention"));
  const period = numberOf(text, "attn_layer_period");
  if (period && period > 0) {
    const offset = numberOf(text, "attn_layer_offset") ?? 0;
    return Array.from({ length: layers }, (_, layer) => (layer % period === offset ? "attention" : "mamba"));
  }
  const interval = numberOf(text, "full_attention_interval");
  const listed = wordsOf(text, "layer_types", "layers_block_type");
  if (listed || interval === undefined || interval < 1 || numberOf(text, "linear_num_value_heads") === undefined) return listed;
  return Array.from({ length: layers }, (_, layer) => ((layer + 1) % interval === 0 ? "full_attention" : "linear_attention"));
}

/** Layers that hold one block each, in Nemotron-H's letters: M a state, * attention, - an MLP, E experts. */
export function blocksOf(text: Fields): Readonly<Record<"attention" | "mamba" | "mlp" | "experts", number>> | undefined {
  const pattern = textOf(text, "hybrid_override_pattern");
  if (pattern === undefined) return undefined;
  const count = (letter: string) => pattern.split(letter).length - 1;
  return { attention: count("*"), mamba: count("M"), mlp: count("-"), experts: count("E") };
}

/** Multi-head latent attention, where the config has its ranks. */
export function latentFacts(text: Fields): MlaFacts | null {
  const kvRank = numberOf(text, "kv_lora_rank");
  const rope = numberOf(text, "qk_rope_head_dim");
  const nope = numberOf(text, "qk_nope_head_dim");
  if (kvRank === undefined || rope === undefined || nope === undefined) return null;
  return {
    queryRank: numberOf(text, "q_lora_rank") ?? null,
    kvRank,
    nopeHeadDim: nope,
    ropeHeadDim: rope,
    valueHeadDim: numberOf(text, "v_head_dim") ?? nope,
  };
}

/**
 * Elements that a token takes on average over the layers where several tokens share one entry (DeepSeek-V4): keys and values are one,
 * and layers that share it among 4 keep the indexer's keys too; 0 is a layer that remembers a window alone (vLLM, models/deepseek_v4.py).
 */
export function compressedElements(text: Fields, layers: number, entry: number): number | undefined {
  const ratios = numbersOf(text, "compress_ratios")?.slice(0, layers);
  if (!ratios || ratios.length < layers) return undefined;
  const indexed = entry + (numberOf(text, "index_head_dim") ?? 0);
  const shared = ratios.map((ratio) => (ratio > 0 ? (ratio === 4 ? indexed : entry) / ratio : 0));
  return shared.reduce((sum, elements) => sum + elements, 0) / layers;
}

/** `rope_scaling`, or `rope_parameters` as newer configs call it. */
export function ropeFacts(text: Fields): Model["ropeScaling"] {
  const rope = fieldsOf(text.rope_scaling) ?? fieldsOf(text.rope_parameters);
  const type = textOf(rope, "rope_type", "type");
  if (!rope || type === undefined || type === "default") return null;
  return { type, factor: numberOf(rope, "factor") ?? 1, originalMaxPositions: numberOf(rope, "original_max_position_embeddings") ?? null };
}

/** Gemma 4 gives its full layers heads of their own, whose values may be their keys. */
export function fullHeads(text: Fields): Model["fullHeads"] {
  const headDim = numberOf(text, "global_head_dim");
  const kvHeads = numberOf(text, "num_global_key_value_heads") ?? numberOf(text, "num_key_value_heads");
  return headDim && kvHeads ? { kvHeads, headDim, valueIsKey: booleanOf(text, "attention_k_eq_v") === true } : undefined;
}

/** Elements of a sparse-attention indexer's projections in each layer: queries from their latent, keys, and a weight for each head (vLLM, models/deepseek_v2.py). */
export function indexerElements(text: Fields, hidden: number): number | undefined {
  const heads = numberOf(text, "index_n_heads");
  const dimension = numberOf(text, "index_head_dim");
  const queryRank = numberOf(text, "q_lora_rank");
  return heads && dimension && queryRank ? queryRank * heads * dimension + hidden * (dimension + heads) : undefined;
}
