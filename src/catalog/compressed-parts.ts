import type { CompressionFacts } from "./facts.ts";
import type { Shape, WeightPart } from "./parameters.ts";

/** Streams of hidden states that mix between layers (`hc_mult` of the published configs). */
const streams = 4;

/**
 * Attention whose tokens share entries (DeepSeek-V4; vLLM, models/deepseek_v4.py, layers/deepseek_compressor.py): queries and outputs through
 * latents, outputs in groups; what makes entries and the indexer's own is on every rank, and in 16 bit. Averages over the layers.
 */
export function compressedParts({ hidden, heads, headDim, layers }: Shape, compression: CompressionFacts): readonly WeightPart[] {
  const { queryRank, outputRank, outputGroups, indexHeads } = compression.latents ?? {
    queryRank: 0,
    outputRank: 0,
    outputGroups: 0,
    indexHeads: 0,
  };
  const { indexEntry } = compression;
  const share = (ratios: (ratio: number) => boolean) =>
    compression.layers.reduce((sum, { ratio, count }) => (ratios(ratio) ? sum + count : sum), 0) / layers;
  const indexed = share((ratio) => ratio === 4);
  const compressed = share((ratio) => ratio > 1);
  // Keys and gates; entries among 4 tokens overlap, so both are twice as wide.
  const compressors = 2 * hidden * (headDim * (compressed + indexed) + 2 * indexEntry * indexed);
  const mixing = 2 * (2 + streams) * streams * streams * hidden;
  return [
    { part: "attention", split: "even", elements: heads * headDim * (queryRank + outputRank) + outputGroups * outputRank * hidden },
    { part: "attention", split: "copied", elements: hidden * (queryRank + headDim) + indexed * queryRank * indexHeads * indexEntry },
    { part: "norms", split: "copied", elements: compressors + indexed * hidden * indexHeads + mixing },
  ];
}
