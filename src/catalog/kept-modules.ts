import type { LinearPart, WeightFormat } from "./facts.ts";
import { type ModuleTest, modulePattern } from "./module-pattern.ts";
import { feedForwardLayers, type Shape } from "./parameters.ts";

/** Modules of one part of a layer, as checkpoints name them below `layers.N`, with the elements of each. */
interface PartModules {
  readonly part: LinearPart;
  readonly layers: number;
  readonly modules: readonly { readonly names: readonly string[]; readonly elements: number }[];
}

/** What a quantisation config's list of modules leaves in 16 bit. */
export interface KeptModules {
  readonly plain: NonNullable<WeightFormat["plain"]>;
  /** Entries whose meaning is not known: then neither are the shares. */
  readonly unread: boolean;
}

const mostPatterns = 64;
/** Layers up to which a pattern with numbers in it is tried on every one. */
const mostLayers = 300;

/**
 * Shares of a model's parts that stay in 16 bit by the list of a quantisation config (`ignore`, `modules_to_not_convert`,
 * `exclude_modules`): names of modules or of what holds them, names with `*`, and expressions behind `re:`.
 */
export function keptModules(entries: readonly string[], shape: Shape): KeptModules {
  const named = new Map<string, Set<number>>();
  const everywhere = new Set<string>();
  const patterns: { readonly test: ModuleTest; readonly text: string }[] = [];
  let unread = false;
  for (const entry of entries) {
    if (entry.startsWith("re:") || entry.includes("*")) {
      const isTried = patterns.length < mostPatterns && (shape.layers <= mostLayers || !/\d/.test(entry));
      const test = isTried ? modulePattern(entry) : undefined;
      if (test) patterns.push({ test, text: entry });
      else unread = true;
      continue;
    }
    const [, layer, module = ""] = /(?:^|\.)layers\.(\d+)(?:\.(.+))?$/.exec(entry) ?? [];
    if (layer === undefined) everywhere.add(entry);
    else named.set(module, (named.get(module) ?? new Set()).add(Number(layer)));
  }
  const keptLayers = (module: string) => {
    if (holders(module).some((holder) => everywhere.has(holder)) || module.split(".").some((word) => everywhere.has(word)))
      return shape.layers;
    const layers = new Set(holders(module).flatMap((holder) => [...(named.get(holder) ?? [])]));
    for (const { test, text } of patterns) for (const layer of layersMatching(test, text, module, shape.layers)) layers.add(layer);
    return layers.size;
  };
  const shares = partModules(shape).map(({ part, layers, modules }) => {
    const all = modules.reduce((sum, { elements }) => sum + elements, 0);
    const kept = modules.reduce((sum, { names, elements }) => sum + elements * Math.min(1, Math.max(...names.map(keptLayers)) / layers), 0);
    return [part, all > 0 ? kept / all : 0] as const;
  });
  return { plain: Object.fromEntries(shares.filter(([, share]) => share > 0)), unread };
}

/** `mlp.experts.0.up_proj` and all that holds it; the empty name is the layer. */
function holders(module: string): readonly string[] {
  const words = module.split(".");
  return words.map((_, index) => words.slice(0, index + 1).join(".")).concat("");
}

/** A pattern without a digit means the same of every layer. */
function layersMatching(test: ModuleTest, pattern: string, module: string, layers: number): readonly number[] {
  const prefixes = pattern.includes("language_model") ? ["language_model.model", "model.language_model"] : ["model"];
  const meant = (layer: number) =>
    prefixes.some((prefix) => holders(module).some((holder) => test(`${prefix}.layers.${layer}${holder === "" ? "" : `.${holder}`}`)));
  const all = Array.from({ length: layers }, (_, layer) => layer);
  if (!/\d/.test(pattern)) return meant(0) ? all : [];
  return all.filter(meant);
}

function partModules(shape: Shape): readonly PartModules[] {
  const { hidden, moe, intermediate, recurrent } = shape;
  const counts = feedForwardLayers(shape);
  const below = (holder: readonly string[], names: readonly string[], elements: number) => ({
    names: holder.flatMap((one) => names.map((name) => `${one}.${name}`)),
    elements,
  });
  const feedForward = (holder: readonly string[], width: number) => [
    below(holder, ["gate_proj", "w1"], hidden * width),
    below(holder, ["up_proj", "w3"], hidden * width),
    below(holder, ["down_proj", "w2"], hidden * width),
  ];
  const parts: readonly PartModules[] = [
    { part: "attention", layers: shape.fullAttentionLayers + shape.slidingLayers, modules: attentionModules(shape) },
    {
      part: "recurrent",
      layers: recurrent?.layers ?? 0,
      modules: [
        below(["linear_attn"], ["in_proj_qkvz", "in_proj_qkv"], 3),
        below(["mamba", "mixer"], ["in_proj"], 3),
        below(["linear_attn", "mamba", "mixer"], ["out_proj"], 1),
      ].filter(({ names }) => names.length > 0),
    },
    { part: "mlp", layers: counts.mlp, modules: feedForward(["mlp", "feed_forward", "mixer"], intermediate) },
    {
      part: "shared-experts",
      layers: moe && moe.sharedExperts > 0 ? counts.experts : 0,
      modules: feedForward(
        ["mlp.shared_experts", "mlp.shared_expert", "feed_forward.shared_expert", "mixer.shared_experts"],
        moe?.sharedIntermediate ?? 0,
      ),
    },
    {
      part: "experts",
      layers: counts.experts,
      modules: feedForward(
        ["mlp.experts.0", "feed_forward.experts.0", "block_sparse_moe.experts.0", "mixer.experts.0"],
        moe?.intermediate ?? 0,
      ),
    },
  ];
  return parts.filter(({ layers }) => layers > 0);
}

function attentionModules({ hidden, heads, kvHeads, headDim, valueHeadDim, mla }: Shape): PartModules["modules"] {
  const of = (name: string, elements: number) => ({ names: [`self_attn.${name}`, `attention.${name}`, `mixer.${name}`], elements });
  if (!mla) {
    return [
      of("q_proj", hidden * heads * headDim),
      of("k_proj", hidden * kvHeads * headDim),
      of("v_proj", hidden * kvHeads * valueHeadDim),
      of("o_proj", hidden * heads * valueHeadDim),
    ];
  }
  const queries = heads * (mla.nopeHeadDim + mla.ropeHeadDim);
  return [
    ...(mla.queryRank === null
      ? [of("q_proj", hidden * queries)]
      : [of("q_a_proj", hidden * mla.queryRank), of("q_b_proj", mla.queryRank * queries)]),
    of("kv_a_proj_with_mqa", hidden * (mla.kvRank + mla.ropeHeadDim)),
    of("kv_b_proj", mla.kvRank * heads * (mla.nopeHeadDim + mla.valueHeadDim)),
    of("o_proj", heads * mla.valueHeadDim * hidden),
  ];
}
