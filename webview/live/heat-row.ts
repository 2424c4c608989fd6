import type { CanonicalHistogram } from "../../src/live/snapshot.ts";
import { altogether, cellAt, fullestBucket, type Heat } from "../parts/heat.ts";
import { bucketRange } from "../parts/heat-view.ts";
import type { Row } from "../parts/models.ts";
import { brief, duration, share } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";
import { absentWords } from "./absent-words.ts";
import { heatOf } from "./heat-of.ts";
import type { Panel } from "./panel.ts";
import type { RowsInput } from "./rows.ts";

/** A row whose cells say which bucket of a histogram filled when. */
export function heatRow(panel: Panel, word: CanonicalHistogram, input: RowsInput): Row {
  const { ring, from, to, slo } = input;
  const limit = panel.limit ? (slo?.[panel.limit] ?? null) : null;
  const heat = heatOf(ring, word, from, to, limit);
  const absent = heat ? null : withoutCells(panel, word, input);
  return {
    id: panel.id,
    name: panel.name,
    unit: panel.unit,
    format: panel.format,
    shape: "heat",
    series: 1,
    tall: false,
    note: "",
    values: new Float64Array(),
    top: 1,
    topText: "",
    predicted: null,
    absent,
    ...(heat ? { heat } : {}),
    limit: limit === null || !heat ? null : { value: limit, text: words("limit {0}", brief(duration(limit))) },
    aria: heat ? ariaOf(panel, heat) : words("{0}: {1}", panel.name, absent ?? ""),
  };
}

/** Percentiles may be told without the buckets that they were made of. */
function withoutCells(panel: Panel, word: CanonicalHistogram, input: RowsInput): string {
  const { answered } = input.ring;
  return answered?.windows[word] && !answered.snapshot?.histograms[word]
    ? words("told as percentiles alone, without buckets")
    : absentWords(panel, input);
}

function ariaOf(panel: Panel, heat: Heat): string {
  const whole = altogether(heat);
  const bucket = fullestBucket(whole, 0);
  const cell = cellAt(whole, 0, bucket);
  // The limit's bucket is shown also where nothing fell into it.
  const top = cellAt(
    whole,
    0,
    whole.counts.findLastIndex((count) => count > 0),
  );
  return words(
    "{0}: most requests at {1} {2} ({3}), highest at {4} {2}",
    panel.name,
    bucketRange(cell, panel),
    panel.unit,
    share(cell.count / cell.of),
    bucketRange(top, panel),
  );
}
