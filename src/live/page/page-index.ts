import type { Family, MetricsPage, Sample } from "../snapshot.ts";
import type { Alias } from "./aliases/alias.ts";
import { keyOf } from "./aliases.ts";

const lineEndings = ["_bucket", "_sum", "_count"] as const;

/** The families of a page by the key that aliases are matched with. */
export class PageIndex {
  private readonly byKey = new Map<string, readonly Family[]>();

  constructor(page: MetricsPage) {
    const untyped = new Map<string, Family>();
    for (const family of page.families.values()) {
      // Births are no figures.
      if (family.name.endsWith("_created")) continue;
      this.add(family);
      if (family.type === "untyped") untyped.set(family.name, family);
    }
    for (const family of untypedHistograms(untyped)) this.add(family);
  }

  private add(family: Family): void {
    // OpenMetrics types `x` as info and writes `x_info`.
    const name = family.type === "info" && !family.name.endsWith("_info") ? `${family.name}_info` : family.name;
    const key = keyOf(name);
    const same = this.byKey.get(key);
    this.byKey.set(key, same ? [...same, family] : [family]);
  }

  keys(): Iterable<string> {
    return this.byKey.keys();
  }

  /**
   * The family of an alias. The page's type decides, never the name: a gauge called `x_total` is no counter. Pages without types are
   * taken at their word.
   */
  family({ key, wire }: Pick<Alias, "key" | "wire">): Family | undefined {
    const found = this.byKey.get(key);
    // Info is a gauge of labels; a summary has the sum and the count of a histogram, so its mean.
    const typed = found?.find(
      ({ type }) => type === wire || (type === "info" && wire === "gauge") || (type === "summary" && wire === "histogram"),
    );
    return typed ?? (wire === "gauge" || wire === "counter" ? found?.find(({ type }) => type === "untyped") : undefined);
  }

  /** The values of a label in the families of a key. */
  labelValues(key: string, label: string): readonly string[] {
    return (this.byKey.get(key) ?? []).flatMap(({ samples }) => samples.flatMap(({ labels }) => labels[label] ?? []));
  }

  has(alias: Pick<Alias, "key" | "wire">): boolean {
    return (this.family(alias)?.samples.length ?? 0) > 0;
  }
}

/** Where nothing types a histogram, its lines stand as families of their own. */
function untypedHistograms(untyped: ReadonlyMap<string, Family>): readonly Family[] {
  const bases = new Set<string>();
  for (const name of untyped.keys()) {
    if (name.endsWith("_bucket")) bases.add(name.slice(0, -"_bucket".length));
    else if (name.endsWith("_count") && untyped.has(`${name.slice(0, -"_count".length)}_sum`)) bases.add(name.slice(0, -"_count".length));
  }
  return [...bases].map((name) => ({
    name,
    type: "histogram",
    samples: lineEndings.flatMap((ending): readonly Sample[] => untyped.get(name + ending)?.samples ?? []),
  }));
}
