import type { Slo } from "../../src/deployment/deployment.ts";
import { noteOn } from "../../src/live/page/figure-notes.ts";
import type { LiveEvent } from "../../src/live/source.ts";
import type { GpuPeak, LiveConnection, Prediction } from "../../src/protocol/live-view.ts";
import { summary } from "../parts/downsample.ts";
import type { Predicted, Row, RowLine, RowsModel, Span } from "../parts/models.ts";
import { brief, clock, duration, figure, percent, scaleEnd } from "../parts/numbers.ts";
import { niceTop } from "../parts/ticks.ts";
import { listed, said, words } from "../parts/words.ts";
import { absentWords } from "./absent-words.ts";
import { heatRow } from "./heat-row.ts";
import { liveSpans } from "./live-spans.ts";
import { isInput, type PredictedRows, predictedRows } from "./live-words.ts";
import type { Panel } from "./panel.ts";
import { highest, partLines } from "./part-lines.ts";
import type { Ring } from "./ring.ts";

export interface RowsInput {
  readonly ring: Ring;
  readonly panels: readonly Panel[];
  readonly from: number;
  readonly to: number;
  /** The end is not the present. */
  readonly isPast: boolean;
  readonly prediction: Prediction | null;
  readonly slo: Slo | null;
  readonly version: string | null;
  readonly source: LiveConnection["source"];
  readonly events: readonly LiveEvent[];
  /** Engines behind the figures: from two on a unit says how they come together. */
  readonly engines: number;
  /** What one GPU could do; null = not known. */
  readonly gpuPeak: GpuPeak | null;
  /** Tokens that the cache holds; null = not known. */
  readonly kvCapacityTokens: number | null;
}

export interface LiveRows {
  readonly model: RowsModel;
  /** Rows that have nothing to show, with their reason: folded into lines of words. */
  readonly absent: readonly { readonly name: string; readonly reason: string }[];
}

/** The rows of the live page over one time axis, events on top. Essential rows keep their place without figures, others are named below. */
export function liveRows(input: RowsInput): LiveRows {
  const { ring, from, to, prediction, panels } = input;
  const spans = liveSpans(ring, from, to, input.events);
  const predictions = prediction ? predictedRows(prediction) : null;
  const made = panels.map((panel) => ({ panel, row: rowOrOther(panel, input, predictions) }));
  const shown = made.filter(({ panel, row: { absent } }) => absent === null || panel.isEssential).map((one) => one.row);
  return {
    model: {
      x: ring.time,
      length: ring.length,
      from,
      to,
      axis: "clock",
      isPast: input.isPast,
      rows: [eventsRow(spans), ...headed(folded(shown))],
      spans,
      spanWordsIn: "",
    },
    absent: made.flatMap(({ panel, row: { absent } }) =>
      absent === null || panel.isEssential ? [] : [{ name: panel.name, reason: absent }],
    ),
  };
}

/** A heading stands above the first row of its group alone. */
function headed(rows: readonly Row[]): readonly Row[] {
  return rows.map(({ heading, ...row }, i) => (heading === undefined || heading === rows[i - 1]?.heading ? row : { ...row, heading }));
}

/** Rows of a group that are absent for one reason are one row of words, in the place of the first. */
function folded(rows: readonly Row[]): readonly Row[] {
  const keys = rows.map(({ heading = "", absent }) => (absent === null ? null : `${heading}\n${absent}`));
  return rows.flatMap((one, i) => {
    if (one.absent === null) return [one];
    const alike = rows.filter((_, at) => keys[at] === keys[i]);
    if (alike.length === 1) return [one];
    if (keys.indexOf(keys[i] ?? null) < i) return [];
    const name = listed(alike.map((row) => row.name));
    return [{ ...one, name, unit: "", note: "", aria: words("{0}: {1}", name, one.absent) }];
  });
}

/** A server that keeps means alone shows those. */
function rowOrOther(panel: Panel, input: RowsInput, predictions: PredictedRows | null): Row {
  if (panel.heat) return heatRow(panel, panel.heat, input);
  const own = row(panel, input, predictions);
  if (own.absent === null || !panel.otherwise) return own;
  const other = row(panel.otherwise, input, null);
  return other.absent === null ? other : own;
}

function row(panel: Panel, input: RowsInput, predictions: PredictedRows | null): Row {
  const { ring, from, to, slo } = input;
  const values = panel.parts ? new Float64Array() : ring.column(panel.column.id);
  const apart = panel.parts ? partLines(ring, panel.parts, from, to) : [];
  const seen = panel.parts ? highest(ring, apart, from, to) : summary(ring.time, values, ring.length, from, to);
  const absent = seen.count > 0 ? null : absentWords(panel, input);
  const isFed = panel.predicted !== undefined && isInput(input.prediction, panel.predicted);
  const predicted: Predicted | null = absent === null && !isFed && panel.predicted && predictions ? predictions[panel.predicted] : null;
  const limitValue = panel.limit ? (slo?.[panel.limit] ?? null) : null;
  const limit =
    limitValue === null || absent !== null ? null : { value: limitValue, text: words("limit {0}", brief(duration(limitValue))) };
  const lines = absent === null ? [...linesOf(panel, ring), ...apart] : [];
  const format = quantileFormat(panel, ring);
  const high = Math.max(seen.count > 0 ? seen.high : 0, predicted?.value ?? 0, limit ? limit.value * 1.15 : 0);
  // Requests are whole: a scale below one would only magnify noise.
  const least = panel.unit === words("requests") ? Math.max(1, finiteOr(predicted?.high, 0)) : 0;
  const top = panel.top ?? niceTop(Math.max(high, least));
  return {
    id: panel.id,
    ...(panel.heading === undefined ? {} : { heading: panel.heading }),
    ...(panel.side ? { side: panel.side } : {}),
    name: panel.name,
    unit: unitOf(panel, input.engines),
    tall: absent === null && panel.tall === true,
    shape: "line",
    series: panel.series ?? 1,
    values,
    ...(panel.beside || panel.parts ? { lines } : {}),
    top,
    topText: panel.top === 1 ? "100\u00a0%" : scaleEnd(top, panel.format),
    limit,
    predicted,
    format,
    note: noteOf(panel, input, predicted, isFed && absent === null),
    absent,
    aria: absent === null ? ariaOf({ ...panel, format }, seen, predicted, limitValue) : words("{0}: {1}", panel.name, absent),
  };
}

function finiteOr(value: number | undefined, otherwise: number): number {
  return value !== undefined && Number.isFinite(value) ? value : otherwise;
}

function linesOf({ beside, format }: Panel, ring: Ring): readonly RowLine[] {
  return (beside ?? []).map(({ name, look, column }) => ({
    name,
    look,
    series: 1,
    values: ring.column(column.id),
    // A mean comes of the sum, which knows no buckets.
    ...(look === "dotted" ? { format } : {}),
  }));
}

/** A quantile below the first bound of its histogram is only known to be smaller (`< 300`), one at the last to be no smaller. */
function quantileFormat({ word, format, column }: Panel, ring: Ring): Panel["format"] {
  if (!column.isQuantile) return format;
  const window = Object.entries(ring.answered?.windows ?? {}).find(([name]) => name === word)?.[1];
  const { firstBound = 0, lastBound = Number.POSITIVE_INFINITY } = window ?? {};
  return (value) => {
    if (value < firstBound) return words("< {0}", brief(format(firstBound)));
    return value >= lastBound ? words("> {0}", brief(format(lastBound))) : format(value);
  };
}

/** `requests, sum`: a figure of several engines says how it is made. */
function unitOf({ unit, together, unitTogether }: Panel, engines: number): string {
  if (engines < 2 || !together) return unit;
  if (unitTogether !== undefined) return unitTogether;
  return together === "sum" ? words("{0}, sum", unit) : words("{0}, mean", unit);
}

function noteOf(panel: Panel, { ring, kvCapacityTokens, gpuPeak }: RowsInput, predicted: Predicted | null, isFed: boolean): string {
  const kind = ring.answered?.snapshot?.server.kind;
  const known = kind ? noteOn(kind, panel.word) : undefined;
  const used = panel.id === "kv" && kvCapacityTokens !== null ? lastOf(ring, "kv") : null;
  const reached = panel.peak && gpuPeak ? lastOf(ring, panel.column.id) : null;
  return [
    panel.about ?? "",
    known ? said(known) : "",
    predicted ? words("predicted {0}", panel.format(predicted.value)) : isFed ? words("input") : "",
    reached === null || !panel.peak || !gpuPeak ? "" : words("one GPU, {0} of its peak", percent(reached / gpuPeak[panel.peak])),
    used === null || kvCapacityTokens === null ? "" : words("{0} tokens", scaleEnd(used * kvCapacityTokens, figure)),
  ]
    .filter((part) => part !== "")
    .join(" · ");
}

function lastOf(ring: Ring, id: string): number | null {
  const value = ring.column(id)[ring.length - 1] ?? Number.NaN;
  return Number.isFinite(value) ? value : null;
}

function ariaOf(
  panel: Panel,
  { last, high, highAt }: ReturnType<typeof summary>,
  predicted: Predicted | null,
  limit: number | null,
): string {
  const pieces = [
    words("{0} {1} {2} now, highest {3} at {4}", panel.name, panel.format(last), panel.unit, panel.format(high), clock(highAt, true)),
  ];
  if (predicted) pieces.push(words("predicted {0}", panel.format(predicted.value)));
  if (limit !== null)
    pieces.push(last > limit ? words("limit {0}, missed", panel.format(limit)) : words("limit {0}, met", panel.format(limit)));
  return pieces.join(", ");
}

function eventsRow(spans: readonly Span[]): Row {
  const told = spans.map(({ text }) => text).filter((text) => text !== "");
  return {
    id: "events",
    name: words("Events"),
    unit: "",
    tall: false,
    shape: "events",
    series: 4,
    values: new Float64Array(),
    top: 1,
    topText: "",
    limit: null,
    predicted: null,
    format: figure,
    note: "",
    absent: null,
    aria: told.length === 0 ? words("Events: none in this window") : words("Events: {0}", told.join("; ")),
  };
}
