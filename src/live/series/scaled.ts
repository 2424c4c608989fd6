import type { Histogram, Measures } from "../snapshot.ts";

type Growing = Pick<Measures, "counters" | "histograms">;

/** A part (0 to 1) of what came in, as if it had come evenly. */
export function scaled({ counters, histograms }: Growing, part: number): Growing {
  if (part === 1) return { counters, histograms };
  return {
    counters: mapped(counters, (value) => value * part),
    histograms: mapped(
      histograms,
      ({ upper, count, sum, total }): Histogram => ({ upper, count: count.map((one) => one * part), sum: sum * part, total: total * part }),
    ),
  };
}

function mapped<Word extends string, Value>(record: Readonly<Partial<Record<Word, Value>>>, change: (value: Value) => Value) {
  const result: Partial<Record<Word, Value>> = {};
  for (const word in record) {
    const value = record[word];
    if (value !== undefined) result[word] = change(value);
  }
  return result;
}
