import type { Model } from "./facts.ts";

/** How images become tokens, by architecture. */
export interface ImageTokens {
  /** Patches of the tower that one token of the language model stands for. */
  readonly patches: number;
  /** Tokens of the largest image; 0 where images are cut or scaled to far fewer than a batch takes. */
  readonly largest: number;
}

/** Images keep their own size up to a number of pixels: 16,384 tokens (max_pixels and longest_edge of their processors). */
const ownSize = /^Qwen(2VL|2_5_VL|3VL|3VLMoe|3_5|3_5Moe)ForConditionalGeneration$/;
/** 64 × 64 patches become 256 tokens (Gemma 3, mm_tokens_per_image). */
const pooled = /^Gemma3ForConditionalGeneration$/;
/** Every patch is a token. */
const unmerged = /^Llava/;

/** Most towers merge squares of two by two patches. */
export function imageTokens({ architecture }: Pick<Model, "architecture">): ImageTokens {
  if (ownSize.test(architecture)) return { patches: 4, largest: 16_384 };
  return { patches: pooled.test(architecture) ? 16 : unmerged.test(architecture) ? 1 : 4, largest: 0 };
}
