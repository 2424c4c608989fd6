import type { Flag } from "../../deployment.ts";
import { type Mapped, spanOf } from "../../mapped.ts";
import type { Message } from "../../message.ts";
import type { Span } from "../../text.ts";
import type { ReaderContext } from "../context.ts";

/** A flag that a platform adds to what the file says; `at` is the word that makes it do so. */
export function impliedFlag(name: string, value: string | null, at: Mapped, why: Message, { lines }: ReaderContext): Flag {
  const range = lines.range(spanOf(at));
  return {
    name,
    spelled: `--${name}`,
    negated: false,
    value: { value, origin: "inferred", range, why },
    flagRange: range,
    valueRange: undefined,
    wholeRange: range,
    known: true,
    oneWord: false,
  };
}

/** A flag that a platform sets to a value of its own choice: what depends on it is unknown. `at` is what makes it do so. */
export function hiddenFlag(name: string, at: Span, { lines }: ReaderContext): Flag {
  const range = lines.range({ start: at.start, end: at.start });
  return {
    name,
    spelled: `--${name}`,
    negated: false,
    value: undefined,
    flagRange: range,
    valueRange: undefined,
    wholeRange: range,
    known: true,
    oneWord: false,
  };
}
