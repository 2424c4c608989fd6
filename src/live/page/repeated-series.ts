import type { Sample } from "../snapshot.ts";

/**
 * The samples without those whose series stands above already, as a Prometheus reads a page: what joins pages of several processes, or
 * prints one registry twice, repeats whole families.
 */
export function withoutRepeated(samples: readonly Sample[]): readonly Sample[] {
  const seen = new Set<string>();
  return samples.filter((sample) => {
    const series = seriesOf(sample);
    if (seen.has(series)) return false;
    seen.add(series);
    return true;
  });
}

function seriesOf({ name, labels }: Sample): string {
  const pairs: string[] = [];
  for (const label in labels) pairs.push(`${label}\u0001${labels[label]}`);
  return `${name}\u0002${pairs.sort().join("\u0002")}`;
}
