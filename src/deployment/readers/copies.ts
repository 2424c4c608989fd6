import type { Known } from "../located.ts";
import { message } from "../message.ts";
import type { YamlValue } from "../yaml-document.ts";
import type { ReaderContext } from "./context.ts";
import { wholeNumber } from "./resources.ts";

/** How many copies a count asks for: one where it is left out, unknown where it cannot be read. */
export function copies(written: YamlValue, { lines }: ReaderContext): Known<number> {
  if (written.exists && !written.isNull) return wholeNumber(written, lines);
  return { value: 1, origin: "engine-default", why: message("Kubernetes starts one unless told otherwise") };
}

/** Copies between two bounds: known where both are the same. */
export function copiesBetween(fewest: YamlValue, most: YamlValue, { lines }: ReaderContext): Known<number> {
  const low = wholeNumber(fewest, lines);
  return low && low.value === wholeNumber(most, lines)?.value ? low : undefined;
}
