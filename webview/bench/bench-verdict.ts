import { differenceWords } from "../../src/live/bench/difference-words.ts";
import type { BenchView } from "../../src/protocol/bench-view.ts";
import type { Sentence } from "../parts/models.ts";
import { said, words } from "../parts/words.ts";

/** Where measured and predicted differ most, over all loads and statistics. */
export function benchVerdict({ loads }: BenchView): Sentence {
  const difference = differenceWords(loads);
  const compared = loads.flatMap(({ rows }) => rows.filter(({ share }) => share !== null));
  const within = compared.filter(({ verdict }) => verdict === "within").length;
  const left = loads.filter(({ rows }) => rows.length === 0).length;
  if (!difference)
    return {
      sign: { glyph: "?", word: "", tone: "plain" },
      title: words("Nothing can be compared"),
      lines: [{ text: left > 0 ? words("None of its loads can be simulated.") : words("It tells no latency and no throughput.") }],
    };
  const isWithin = within === compared.length;
  return {
    sign: isWithin ? { glyph: "✓", word: "", tone: "good" } : { glyph: "≠", word: "", tone: "warning" },
    title: said(difference),
    lines: [
      { text: words("{0} of {1} figures lie within the range of their prediction.", within, compared.length) },
      ...(left > 0 ? [{ text: words("{0} of {1} loads cannot be simulated.", left, loads.length) }] : []),
    ],
  };
}
