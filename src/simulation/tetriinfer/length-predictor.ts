import type { Source } from "../random.ts";

/** How well answers' lengths are foreseen. */
export interface Prediction {
  /** Tokens of one bucket. */
  readonly bucketTokens: number;
  /** Share of answers that are put into their bucket. */
  readonly accuracy: number;
}

/** An OPT-125M fine-tuned on prompts puts 74.9 % of answers into their bucket of 200 tokens (arXiv 2401.11181, section 3.3.2). */
export const publishedPrediction: Prediction = { bucketTokens: 200, accuracy: 0.749 };

/**
 * TetriInfer's length predictor: a classifier that says into which bucket of tokens an answer falls. Where it is wrong it names a bucket
 * beside the right one, longer or shorter alike: of how far it errs nothing is published.
 */
export function predictedBuckets(output: Int32Array, { bucketTokens, accuracy }: Prediction, source: Source): Int32Array {
  return output.map((tokens) => {
    const bucket = Math.floor(Math.max(0, tokens - 1) / bucketTokens);
    const isRight = source() < accuracy;
    const isLonger = source() < 0.5;
    if (isRight) return bucket;
    return isLonger || bucket === 0 ? bucket + 1 : bucket - 1;
  });
}
