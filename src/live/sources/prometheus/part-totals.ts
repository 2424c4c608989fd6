import { addTo, noParts } from "../../page/together.ts";
import type { CanonicalPart, Measures } from "../../snapshot.ts";
import { keysOf } from "../../words.ts";
import type { WordNames } from "./names.ts";

type Parts = NonNullable<Measures["parts"]>;

/** Counters that come apart by a label, added up from what came in: a page takes what they grew by, as of a server's own. */
export class PartTotals {
  private readonly sums: Partial<Record<CanonicalPart, Record<string, number>>> = {};

  /** Gauges as they are, counters since the first look. */
  after(parts: Parts, seconds: number, names: WordNames): Parts {
    const all: Partial<Record<CanonicalPart, Readonly<Record<string, number>>>> = {};
    for (const word of keysOf(parts)) {
      const told = parts[word] ?? {};
      if (names.parts.get(word)?.[0]?.alias.wire === "gauge") {
        all[word] = told;
        continue;
      }
      const sums = this.sums[word] ?? noParts();
      this.sums[word] = sums;
      for (const [name, perSecond] of Object.entries(told)) addTo(sums, name, perSecond * seconds);
      all[word] = Object.assign(noParts(), sums);
    }
    return all;
  }
}
