import type { Known } from "../../located.ts";
import { isReadable, type Mapped, slice, spanOf } from "../../mapped.ts";
import { message } from "../../message.ts";
import type { LineMap } from "../../text.ts";

/** GPUs by their name, as clouds are asked for them. */
export interface NamedGpus {
  readonly name: Mapped;
  /** One where no count follows; undefined where it cannot be read. */
  readonly count: Known<number>;
}

/** `H100:4`, `A100-80GB`; undefined where there is no name to read. */
export function namedGpus(text: Mapped | undefined, lines: LineMap): NamedGpus | undefined {
  if (!text || !isReadable(text.value)) return undefined;
  const colon = text.value.indexOf(":");
  const name = colon < 0 ? text : slice(text, 0, colon);
  if (name.value.trim() === "") return undefined;
  return { name, count: colon < 0 ? oneGpu(name, lines) : countOf(slice(text, colon + 1), lines) };
}

/** A whole number where it is written. */
export function countOf(text: Mapped, lines: LineMap): Known<number> {
  if (!/^\s*\d{1,5}\s*$/.test(text.value)) return undefined;
  return { value: Number(text.value), origin: "file", range: lines.range(spanOf(text)) };
}

/** What a name alone asks for. */
export function oneGpu(name: Mapped, lines: LineMap): Known<number> {
  return { value: 1, origin: "engine-default", range: lines.range(spanOf(name)), why: message("one GPU unless told otherwise") };
}
