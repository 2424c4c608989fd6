import type { Sample } from "../snapshot.ts";
import type { Reading } from "./aliases/alias.ts";

/** The series that a reading speaks of. */
export function selected(samples: readonly Sample[], { where, prefer, above, below, once }: Reading): readonly Sample[] {
  let kept = samples;
  if (where) kept = kept.filter(({ labels }) => Object.entries(where).every(([label, values]) => values.includes(labels[label] ?? "")));
  if (prefer) kept = preferred(kept, prefer);
  if (above !== undefined) kept = kept.filter(({ value }) => value > above);
  if (below !== undefined) kept = kept.filter(({ value }) => value < below);
  return once ? largestOf(kept, once) : kept;
}

function preferred(samples: readonly Sample[], prefer: Readonly<Record<string, string>>): readonly Sample[] {
  let kept = samples;
  for (const [label, value] of Object.entries(prefer)) {
    if (!kept.some(({ labels }) => labels[label] !== undefined)) continue;
    const ones = kept.filter(({ labels }) => (labels[label] ?? "").toLowerCase() === value.toLowerCase());
    if (ones.length > 0) kept = ones;
  }
  return kept;
}

function largestOf(samples: readonly Sample[], once: readonly string[]): readonly Sample[] {
  const largest = new Map<string, Sample>();
  for (const sample of samples) {
    const key = once.map((label) => sample.labels[label] ?? "").join("\u0001");
    const known = largest.get(key);
    if (!known || sample.value > known.value) largest.set(key, sample);
  }
  return [...largest.values()];
}
