import type { MetricsPage, Sample } from "../snapshot.ts";

const renamed = "exported_";
/** What a Prometheus says of a target in its own words stays: it tells targets of a federated page apart. */
const ofTargets: ReadonlySet<string> = new Set(["instance", "job"]);

type Labels = Sample["labels"];

/**
 * The page with the labels that its servers wrote: where a target had a label of the same name, the Prometheus that the page went through
 * put `exported_` before the server's own.
 */
export function withOwnLabels(page: MetricsPage): MetricsPage {
  const own = [...page.labelNames].filter((label) => label.startsWith(renamed) && !ofTargets.has(label.slice(renamed.length)));
  if (own.length === 0) return page;
  const known = new Map<Labels, Labels>();
  const restored = (labels: Labels): Labels => {
    const before = known.get(labels);
    if (before) return before;
    // No prototype: `__proto__` is a legal label name.
    const after: Record<string, string> = Object.assign(Object.create(null), labels);
    for (const label of own) {
      const value = labels[label];
      if (value !== undefined) after[label.slice(renamed.length)] = value;
    }
    known.set(labels, after);
    return after;
  };
  const families = new Map(
    [...page.families].map(([name, family]) => [
      name,
      { ...family, samples: family.samples.map((sample) => ({ ...sample, labels: restored(sample.labels) })) },
    ]),
  );
  return { ...page, families, labelNames: new Set([...page.labelNames, ...own.map((label) => label.slice(renamed.length))]) };
}
