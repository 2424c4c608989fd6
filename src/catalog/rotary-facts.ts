import { type Fields, fieldsOf, numberOf } from "./config-fields.ts";
import type { Model } from "./facts.ts";

/** Share of a head that is rotated where it is not all of it, by the families' own configs. */
const shares: readonly (readonly [RegExp, number])[] = [
  [/^NemotronHFor/, 0],
  [/^Qwen3(Next|_5|_5Moe)For/, 0.25],
  [/^(Glm4|Glm4Moe|MiniMaxM2|MiniMaxText01)For/, 0.5],
  [/^DeepseekV4For/, 0.125],
];

/** Rotary tables of a family as wide as its positions: positions of images and videos take four, a base of its own for windows a second. */
const tables: readonly (readonly [RegExp, number])[] = [
  [/^Qwen(2|2_5|3)_?VL|^Qwen3_5|^Glm4v/, 4],
  [/^Gemma[34]For/, 2],
  // Two bases, of 32 bit each (layers/rotary_embedding/deepseek_scaling_rope.py).
  [/^DeepseekV4For/, 4],
];

/** What a rank keeps for its rotary embedding, where it is not one table as wide as a head (vLLM, layers/rotary_embedding/mrope.py, models/gemma3.py). */
export function rotaryFacts(architecture: string, headDim: number, text: Fields = {}): Model["rotary"] {
  const rope = fieldsOf(text.rope_scaling) ?? fieldsOf(text.rope_parameters);
  const written = numberOf(text, "partial_rotary_factor") ?? numberOf(rope, "partial_rotary_factor");
  const share = written ?? shares.find(([family]) => family.test(architecture))?.[1] ?? 1;
  const count = rope?.mrope_section === undefined ? (tables.find(([family]) => family.test(architecture))?.[1] ?? 1) : 4;
  const dimension = numberOf(text, "rotary_dim") ?? Math.round(headDim * share);
  return dimension === headDim && count === 1 ? undefined : { dimension, tables: count };
}
