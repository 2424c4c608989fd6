import type { Slo } from "../../../src/deployment/deployment.ts";
import type { CanonicalHistogram, Histogram } from "../../../src/live/snapshot.ts";
import type { Distribution, TableModel } from "../../parts/models.ts";
import { brief, duration, share, whole } from "../../parts/numbers.ts";
import { definitions, said, words } from "../../parts/words.ts";

/** Of what the page shows distributions over the window. */
export const distributedWords = [
  "ttft_seconds",
  "request_prompt_tokens",
  "request_generation_tokens",
] as const satisfies readonly CanonicalHistogram[];
type Distributed = (typeof distributedWords)[number];

/** Shares at the bounds of a histogram: what lies between two bounds is not known. */
export function distributionOf(word: Distributed, histogram: Histogram, p95: number, slo: Slo | null): Distribution {
  const { upper, count, total } = histogram;
  const bounds = Array.from(upper).filter(Number.isFinite);
  const first = bounds.findIndex((_, i) => (count[i] ?? 0) > 0);
  const full = bounds.findIndex((_, i) => (count[i] ?? 0) >= total);
  const shown = bounds.slice(Math.max(0, first - 1), full < 0 ? bounds.length : full + 1);
  const format = formatOf(word);
  const limit = word === "ttft_seconds" ? (slo?.ttftSeconds ?? null) : null;
  const ends = limit === null ? shown : [...shown, limit];
  const positive = ends.filter((bound) => bound > 0);
  const mean = histogram.sum / total;
  return {
    id: word,
    title: titleOf(word),
    definition: word === "ttft_seconds" ? said(definitions.ttft) : words("Of the requests that finished in this window"),
    note: words("mean {0} · {1} requests", format(mean), whole(total)),
    x: Float64Array.from(shown),
    percent: Float64Array.from(shown, (bound) => ((count[upper.indexOf(bound)] ?? 0) / total) * 100),
    from: Math.min(...positive) / 1.2,
    to: Math.max(...positive) * 1.2,
    format: (value) => brief(format(value)),
    limit: limit === null ? null : { value: limit, text: words("limit {0}", brief(duration(limit))) },
    mark: Number.isFinite(p95) ? { value: p95, percent: 95, text: words("p95 {0}", format(p95)) } : null,
    aria: words("{0}: mean {1}, p95 {2}, of {3} requests", titleOf(word), format(mean), format(p95), whole(total)),
  };
}

function titleOf(word: Distributed): string {
  switch (word) {
    case "ttft_seconds":
      return "TTFT";
    case "request_prompt_tokens":
      return words("Prompt tokens of a request");
    default:
      return words("Output tokens of a request");
  }
}

function formatOf(word: Distributed): (value: number) => string {
  return word === "ttft_seconds" ? duration : whole;
}

/** The same shares as numbers, one table a distribution. */
export function distributionTable({ title, x, percent, format }: Distribution): TableModel {
  const written = format ?? duration;
  return {
    name: title,
    columns: [
      { title: words("At most"), numeric: true },
      { title: words("Share of requests"), numeric: true },
    ],
    rows: Array.from(x, (bound, i) => [written(bound), share((percent[i] ?? 0) / 100)]),
    raw: { head: ["at_most", "share"], rows: () => Array.from(x, (bound, i) => [bound, (percent[i] ?? 0) / 100]) },
  };
}
