import { attentionKinds } from "./config-attention.ts";
import { type Fields, numberOf, numbersOf, textOf } from "./config-fields.ts";
import type { CompressionFacts, Model } from "./facts.ts";

/** What a config says of its cache beyond heads and layers: layers that share one, windows with heads of their own, entries that tokens share. */
export function cacheFacts(text: Fields, layers: number): Pick<Model, "slidingKvHeads" | "sharedKv" | "compression" | "chunked"> {
  const slidingKvHeads = numberOf(text, "swa_num_key_value_heads");
  const sharedKv = sharedLayers(text, layers);
  const compression = compressionOf(text, layers);
  const chunked = chunkedLayers(text, layers);
  return {
    ...(slidingKvHeads && slidingKvHeads > 0 ? { slidingKvHeads } : {}),
    ...(sharedKv ? { sharedKv } : {}),
    ...(compression ? { compression } : {}),
    ...(chunked ? { chunked } : {}),
  };
}

/** The last layers of Gemma 3n and small Gemma 4 read what earlier ones of their kind keep (vLLM, models/gemma4.py). */
function sharedLayers(text: Fields, layers: number): Model["sharedKv"] {
  const count = Math.min(layers, numberOf(text, "num_kv_shared_layers") ?? 0);
  const kinds = attentionKinds(text, layers);
  if (count <= 0 || !kinds || kinds.length < layers) return undefined;
  const sliding = kinds.slice(layers - count, layers).filter((kind) => /sliding/.test(kind)).length;
  return { full: count - sliding, sliding };
}

/** Llama 4 lists its chunked layers, or has none in every fourth. */
function chunkedLayers(text: Fields, layers: number): Model["chunked"] {
  const tokens = numberOf(text, "attention_chunk_size");
  if (!tokens || tokens <= 0 || !textOf(text, "model_type")?.startsWith("llama4")) return undefined;
  const rotary = numbersOf(text, "no_rope_layers");
  const listed = rotary && rotary.length === layers ? rotary.filter((one) => one !== 0).length : undefined;
  return { layers: listed ?? layers - Math.floor(layers / 4), tokens };
}

function compressionOf(text: Fields, layers: number): CompressionFacts | undefined {
  const ratios = numbersOf(text, "compress_ratios")?.slice(0, layers);
  const entry = numberOf(text, "head_dim");
  const window = numberOf(text, "sliding_window");
  if (!ratios || ratios.length < layers || !entry || !window) return undefined;
  const counts = new Map<number, number>();
  for (const ratio of ratios) counts.set(ratio, (counts.get(ratio) ?? 0) + 1);
  return {
    entry,
    indexEntry: numberOf(text, "index_head_dim") ?? 0,
    window,
    layers: [...counts].map(([ratio, count]) => ({ ratio, count })),
    ...latentsOf(text),
  };
}

function latentsOf(text: Fields): Pick<CompressionFacts, "latents"> {
  const queryRank = numberOf(text, "q_lora_rank");
  const outputRank = numberOf(text, "o_lora_rank");
  const outputGroups = numberOf(text, "o_groups");
  if (!queryRank || !outputRank || !outputGroups) return {};
  return { latents: { queryRank, outputRank, outputGroups, indexHeads: numberOf(text, "index_n_heads") ?? 0 } };
}
