import { DecodeLines } from "../operators/decode-lines.ts";
import type { MeasuredOperator } from "./measured-operator.ts";

/** Contexts between which the slope is taken: what serving mostly holds. */
const shortContext = 1024;
const longContext = 8192;
/** A batch at which reading the cache rules the time. */
const fullBatch = 64;

/** Decode attention of one layer up to `most` sequences; `others` are the sizes behind batch and context. */
export function measuredDecode(operator: MeasuredOperator, most: number, others: readonly number[]): DecodeLines {
  const short = operator.by(shortContext, ...others);
  const long = operator.by(longContext, ...others);
  const perContextToken = Math.max(0, (long(fullBatch) - short(fullBatch)) / (fullBatch * (longContext - shortContext)));
  return new DecodeLines(perContextToken, most, (batch) => short(batch) - batch * shortContext * perContextToken);
}

/** Attention of prompts in one layer: a floor, a part for each token and one for each pair of query and key. */
export interface PrefillCurve {
  readonly floor: number;
  readonly perToken: number;
  readonly perPair: number;
}

/** Floor from a short prompt, the pairs' share between two long ones, the tokens' from what is left at a middling length. */
export function measuredPrefill(operator: MeasuredOperator, others: readonly number[]): PrefillCurve {
  const at = (length: number): number => operator.by(length, ...others)(1);
  const [short, middle, long, longest] = [128, 1024, 4096, 16_384] as const;
  const floor = at(short);
  const rest = (length: number): number => Math.max(0, at(length) - floor);
  // Two unknowns, two lengths: rest = perToken · s + perPair · s² / 2.
  const perPair = Math.max(0, (2 * (rest(longest) / longest - rest(long) / long)) / (longest - long));
  const perToken = Math.max(0, (rest(middle) - (perPair * middle * middle) / 2) / middle);
  return { floor, perToken, perPair };
}
