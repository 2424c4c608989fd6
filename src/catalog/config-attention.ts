import { booleanOf, type Fields, fieldsOf, numberOf, numbersOf, textOf, wordsOf } from "./config-fields.ts";
import type { MlaFacts, Model, RecurrentFacts } from "./facts.ts";
import { recurrentFacts } from "./stored-model.ts";

export type AttentionLayers = Pick<Model, "fullAttentionLayers" | "slidingLayers" | "slidingWindow"> & {
  readonly recurrent: RecurrentFacts | null;
};

/** Layers by what they remember: the list of layer types where there is one, else the family's own pattern. */
export function attentionLayers(text: Fields, layers: number): AttentionLayers {
  const window = numberOf(text, "sliding_window") ?? null;
  const types = wordsOf(text, "layer_types");
  if (types && types.length > 0) {
    const count = (kind: RegExp) => types.filter((type) => kind.test(type)).length;
    const sliding = window === null ? 0 : count(/sliding/);
    const recurrent = count(/linear|mamba|recurrent/);
    return {
      fullAttentionLayers: layers - sliding - recurrent,
      slidingLayers: sliding,
      slidingWindow: sliding > 0 ? window : null,
      recurrent: recurrent > 0 ? linearState(text, recurrent) : null,
    };
  }
  const sliding = slidingLayers(text, layers, window);
  return { fullAttentionLayers: layers - sliding, slidingLayers: sliding, slidingWindow: sliding > 0 ? window : null, recurrent: null };
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

function linearState(text: Fields, layers: number): RecurrentFacts {
  const members: readonly (readonly [string, number | undefined])[] = [
    ["keyHeads", numberOf(text, "linear_num_key_heads")],
    ["valueHeads", numberOf(text, "linear_num_value_heads")],
    ["keyDim", numberOf(text, "linear_key_head_dim")],
    ["valueDim", numberOf(text, "linear_value_head_dim")],
    ["conv", numberOf(text, "linear_conv_kernel_dim", "mamba_d_conv", "conv_kernel")],
    ["ssmHeads", numberOf(text, "mamba_n_heads", "mamba_num_heads")],
    ["ssmHeadDim", numberOf(text, "mamba_d_head", "mamba_head_dim")],
    ["ssmState", numberOf(text, "mamba_d_state", "ssm_state_size")],
    ["groups", numberOf(text, "mamba_n_groups", "n_groups")],
  ];
  const known = Object.fromEntries(members.filter(([, value]) => value !== undefined));
  return recurrentFacts({ kind: "config", layers, ...known });
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
