/**
 * A second reader of metrics pages, for tests alone: plain arithmetic over lines, sharing nothing with the product. Good enough for pages
 * whose labels hold no escapes.
 */
export interface PlainLine {
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

/** The lines of one name, exactly as spelled. */
export function linesOf(text: string, name: string): readonly PlainLine[] {
  return text.split("\n").flatMap((line) => {
    if (!line.startsWith(`${name}{`) && !line.startsWith(`${name} `)) return [];
    const labels = new Map<string, string>();
    for (const pair of line.matchAll(/([a-zA-Z_]\w*)="([^"]*)"/g)) labels.set(pair[1] ?? "", pair[2] ?? "");
    return [{ labels, value: Number(line.slice(line.lastIndexOf(" ") + 1).replace("+Inf", "Infinity")) }];
  });
}

/** Their sum; undefined where there is no such line. */
export function sumOf(text: string, name: string, only: (labels: ReadonlyMap<string, string>) => boolean = () => true): number | undefined {
  const values = linesOf(text, name).filter(({ labels }) => only(labels));
  return values.length === 0 ? undefined : values.reduce((sum, { value }) => sum + value, 0);
}

export function meanOf(text: string, name: string): number | undefined {
  const lines = linesOf(text, name);
  return lines.length === 0 ? undefined : (sumOf(text, name) ?? 0) / lines.length;
}

/** Cumulative counts by upper bound, of all series together. */
export function bucketsOf(text: string, name: string): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { labels, value } of linesOf(text, `${name}_bucket`)) {
    const bound = labels.get("le") === "+Inf" ? Number.POSITIVE_INFINITY : Number(labels.get("le"));
    counts.set(bound, (counts.get(bound) ?? 0) + value);
  }
  return counts;
}

/** What came into each bucket between two pages. */
export function bucketsBetween(before: string, after: string, name: string): ReadonlyMap<number, number> {
  const early = bucketsOf(before, name);
  return new Map([...bucketsOf(after, name)].map(([bound, count]) => [bound, count - (early.get(bound) ?? 0)]));
}

/** The quantile as Prometheus' documentation words it: linear within the bucket that holds the rank, the last bound above all others. */
export function quantileOf(counts: ReadonlyMap<number, number>, q: number): number | null {
  const sorted = [...counts].sort(([a], [b]) => a - b);
  const total = sorted.at(-1)?.[1] ?? 0;
  if (total === 0) return null;
  let low = 0;
  let below = 0;
  for (const [high, count] of sorted) {
    if (count >= q * total) return high === Number.POSITIVE_INFINITY ? low : low + ((high - low) * (q * total - below)) / (count - below);
    low = high;
    below = count;
  }
  return null;
}
