import { type Fields, fieldsOf, numberOf, textOf } from "./config-fields.ts";
import type { RecurrentFacts } from "./facts.ts";
import { type LayerSizes, recurrentFacts, shortConvolution } from "./recurrent-layers.ts";

/** Recurrent layers under the names that Qwen3-Next, mamba's families, Kimi Linear and LFM2 give their sizes. */
export function recurrentLayers(text: Fields, layers: number, sizes: LayerSizes): RecurrentFacts {
  const kimi = fieldsOf(text.linear_attn_config);
  const members: readonly (readonly [string, number | undefined])[] = [
    ["keyHeads", numberOf(text, "linear_num_key_heads") ?? numberOf(kimi, "num_heads")],
    ["valueHeads", numberOf(text, "linear_num_value_heads") ?? numberOf(kimi, "num_heads")],
    ["keyDim", numberOf(text, "linear_key_head_dim") ?? numberOf(kimi, "head_dim")],
    ["valueDim", numberOf(text, "linear_value_head_dim") ?? numberOf(kimi, "head_dim")],
    [
      "conv",
      numberOf(text, "linear_conv_kernel_dim", "mamba_d_conv", "conv_kernel", "conv_L_cache") ?? numberOf(kimi, "short_conv_kernel_size"),
    ],
    ["ssmHeads", numberOf(text, "mamba_n_heads", "mamba_num_heads")],
    ["ssmHeadDim", mambaHeadDim(text, sizes.hidden)],
    ["ssmState", numberOf(text, "mamba_d_state", "ssm_state_size")],
    ["groups", numberOf(text, "mamba_n_groups", "n_groups")],
    ["expand", numberOf(text, "mamba_expand")],
    ["dtRank", numberOf(text, "mamba_dt_rank")],
  ];
  const known = Object.fromEntries(members.filter(([, value]) => value !== undefined));
  const stateDtype = textOf(text, "mamba_ssm_dtype", "mamba_ssm_cache_dtype") ?? (isNemotron(text) ? "float32" : undefined);
  const kind = kimi ? "kda" : numberOf(text, "conv_L_cache") === undefined ? "config" : shortConvolution;
  return recurrentFacts({ kind, layers, ...known, ...(stateDtype ? { stateDtype } : {}) }, sizes);
}

/** Nemotron-H keeps its matrices in 32 bit where its config is silent (vLLM, models/config.py). */
function isNemotron(text: Fields): boolean {
  return textOf(text, "model_type") === "nemotron_h";
}

/** Granite may leave the dimension to what its expansion makes of the hidden size. */
function mambaHeadDim(text: Fields, hidden: number): number | undefined {
  const dimension = numberOf(text, "mamba_d_head", "mamba_head_dim");
  const heads = numberOf(text, "mamba_n_heads");
  const expand = numberOf(text, "mamba_expand");
  return dimension ?? (heads && expand ? (hidden * expand) / heads : undefined);
}
