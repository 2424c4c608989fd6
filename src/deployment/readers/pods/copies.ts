import type { Known, Located } from "../../located.ts";
import { message } from "../../message.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { wholeNumber } from "./resources.ts";

/** Of what nothing counts. */
export const oneCopy: Located<number> = { value: 1, origin: "engine-default", why: message("Kubernetes starts one unless told otherwise") };

/** How many copies a count asks for: one where it is left out, unknown where it cannot be read. */
export function copies(written: YamlValue, { lines }: ReaderContext): Known<number> {
  return written.exists && !written.isNull ? wholeNumber(written, lines) : oneCopy;
}

/** Copies between two bounds: known where both are the same. */
export function copiesBetween(fewest: YamlValue, most: YamlValue, { lines }: ReaderContext): Known<number> {
  const low = wholeNumber(fewest, lines);
  return low && low.value === wholeNumber(most, lines)?.value ? low : undefined;
}

/** Copies of something that is itself started several times. */
export function copiesOfEach(outer: Known<number>, inner: Known<number>): Known<number> {
  if (!outer || !inner) return undefined;
  if (outer.value === 1) return inner;
  if (inner.value === 1) return outer;
  return { ...inner, value: outer.value * inner.value };
}
