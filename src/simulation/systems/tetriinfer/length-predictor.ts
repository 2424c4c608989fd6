import type { Tetriinfer } from "../../../deployment/systems/tetriinfer.ts";
import type { Source } from "../../random.ts";

/**
 * TetriInfer's length predictor: a classifier that says into which bucket of tokens an answer falls; here the lower ends of the buckets that
 * it names. Where it is wrong it names a bucket beside the right one, longer or shorter alike: how far it errs is not published.
 */
export function expectedTokens(
  output: Int32Array,
  { bucketTokens, accuracy }: Pick<Tetriinfer, "bucketTokens" | "accuracy">,
  source: Source,
): Int32Array {
  return output.map((tokens) => {
    const start = bucketStart(tokens, bucketTokens);
    const isRight = source() < accuracy;
    const isLonger = source() < 0.5;
    if (isRight) return start;
    return isLonger || start === 0 ? start + bucketTokens : start - bucketTokens;
  });
}

/** The lower end of the bucket of an answer: more tokens than these, and no more than so many beyond. */
export function bucketStart(tokens: number, bucketTokens: number): number {
  return Math.floor(Math.max(0, tokens - 1) / bucketTokens) * bucketTokens;
}
