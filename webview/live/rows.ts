import type { Slo } from "../../src/deployment/deployment.ts";
import type { CanonicalCounter, CanonicalGauge, CanonicalHistogram, LivePoint } from "../../src/live/snapshot.ts";
import type { Prediction } from "../../src/protocol/live-view.ts";
import { lowerBound, summary } from "../parts/downsample.ts";
import type { Predicted, Row, RowsModel, Span, TableModel } from "../parts/models.ts";
import { brief, clock, duration, figure, milliseconds, scaleEnd, whole } from "../parts/numbers.ts";
import { niceTop } from "../parts/ticks.ts";
import { words } from "../parts/words.ts";
import { absence, type PredictedRows, predictedRows } from "./live-words.ts";
import { type ColumnName, nothingCame, type Ring } from "./ring.ts";

interface Kind {
  readonly id: ColumnName;
  readonly name: string;
  readonly unit: string;
  readonly tall?: boolean;
  readonly mean?: ColumnName;
  readonly word: CanonicalGauge | CanonicalCounter | CanonicalHistogram;
  readonly format: (value: number) => string;
  readonly predicted?: keyof PredictedRows;
  readonly limit?: "ttftSeconds" | "tpotSeconds" | "e2eSeconds";
  readonly top?: number;
  readonly series?: number;
}

const seconds = (value: number): string => milliseconds(value);
const requests = (value: number): string => (Number.isInteger(value) ? whole(value) : brief(figure(value)));

const kinds: readonly Kind[] = [
  {
    id: "ttft",
    name: "TTFT p95",
    unit: "ms",
    tall: true,
    mean: "ttftMean",
    word: "ttft_seconds",
    format: seconds,
    predicted: "ttft",
    limit: "ttftSeconds",
  },
  { id: "itl", name: "ITL p95", unit: "ms", tall: true, mean: "itlMean", word: "itl_seconds", format: seconds, predicted: "itl" },
  { id: "tpot", name: "TPOT p95", unit: "ms", tall: true, mean: "tpotMean", word: "tpot_seconds", format: seconds, limit: "tpotSeconds" },
  {
    id: "e2e",
    name: "E2E p95",
    unit: "s",
    tall: true,
    mean: "e2eMean",
    word: "e2e_seconds",
    format: figure,
    predicted: "e2e",
    limit: "e2eSeconds",
  },
  { id: "running", name: "Running", unit: "requests", word: "requests_running", format: requests, predicted: "running" },
  { id: "waiting", name: "Waiting", unit: "requests", word: "requests_waiting", format: requests, predicted: "waiting" },
  { id: "kv", name: "KV cache", unit: "% used", word: "kv_cache_usage", format: (value) => figure(value * 100), predicted: "kv", top: 1 },
  { id: "prompt", name: "Prompt", unit: "tok/s", word: "prompt_tokens_total", format: whole, predicted: "prompt" },
  { id: "output", name: "Output", unit: "tok/s", word: "generation_tokens_total", format: whole, predicted: "output" },
  { id: "preemptions", name: "Preemptions", unit: "1/s", word: "preemptions_total", format: figure, series: 4 },
  {
    id: "prefix",
    name: "Prefix hits",
    unit: "%",
    word: "prefix_cache_hits_total",
    format: (value) => figure(value * 100),
    predicted: "prefix",
    top: 1,
  },
];

export interface RowsInput {
  readonly ring: Ring;
  readonly from: number;
  readonly to: number;
  readonly prediction: Prediction | null;
  readonly slo: Slo | null;
  readonly version: string | null;
  readonly intervalSeconds: number;
}

/** All rows of the live page over one time axis, events on top. */
export function liveRows(input: RowsInput): RowsModel {
  const { ring, from, to, prediction } = input;
  const spans = liveSpans(ring, from, to, input.intervalSeconds);
  const predictions = prediction ? predictedRows(prediction) : null;
  const answered = lastAnswer(ring);
  return {
    x: ring.time,
    length: ring.length,
    from,
    to,
    axis: "clock",
    rows: [events(spans), ...kinds.map((kind) => row(kind, input, predictions, answered))],
    spans,
    spanWordsIn: "",
  };
}

function lastAnswer(ring: Ring): LivePoint | undefined {
  return (
    ring.kept.findLast((point) => point.snapshot !== undefined && Object.keys(point.rates).length > 0) ??
    ring.kept.findLast((point) => point.snapshot !== undefined)
  );
}

function row(
  kind: Kind,
  { ring, from, to, slo, version }: RowsInput,
  predictions: PredictedRows | null,
  answered: LivePoint | undefined,
): Row {
  const values = ring.column(kind.id);
  const seen = summary(ring.time, values, ring.length, from, to);
  const predicted: Predicted | null = kind.predicted && predictions ? predictions[kind.predicted] : null;
  const limitValue = kind.limit ? (slo?.[kind.limit] ?? null) : null;
  const limit = limitValue === null ? null : { value: limitValue, text: words("limit {0}", brief(duration(limitValue))) };
  const high = Math.max(seen.count > 0 ? seen.high : 0, predicted?.value ?? 0, limit ? limit.value * 1.15 : 0);
  // Requests are whole: a scale below one would only magnify noise.
  const least = kind.unit === "requests" ? Math.max(1, predicted?.high ?? 0) : 0;
  const top = kind.top ?? niceTop(Math.max(high, least));
  const mean = kind.mean ? summary(ring.time, ring.column(kind.mean), ring.length, from, to).mean : Number.NaN;
  const note = [
    Number.isNaN(mean) ? "" : words("mean {0}", kind.format(mean)),
    predicted ? words("predicted {0}", kind.format(predicted.value)) : "",
  ]
    .filter((part) => part !== "")
    .join(" · ");
  const absent =
    seen.count > 0
      ? null
      : (absence(kind.word, answered, version) ?? (ring.length === 0 ? "waiting for the first answer" : "idle, nothing came in"));
  return {
    id: kind.id,
    name: kind.name,
    unit: kind.unit,
    tall: absent === null && kind.tall === true,
    shape: "line",
    series: kind.series ?? 1,
    values,
    top,
    topText: kind.top === 1 ? "100\u00a0%" : scaleEnd(top, kind.format),
    limit: absent === null ? limit : null,
    predicted: absent === null ? predicted : null,
    format: kind.format,
    note,
    absent,
    aria: absent === null ? ariaOf(kind, seen, predicted, limitValue) : words("{0}: {1}", kind.name, absent),
  };
}

function ariaOf(kind: Kind, { last, high, highAt }: ReturnType<typeof summary>, predicted: Predicted | null, limit: number | null): string {
  const pieces = [
    words("{0} {1} {2} now, highest {3} at {4}", kind.name, kind.format(last), kind.unit, kind.format(high), clock(highAt, true)),
  ];
  if (predicted) pieces.push(words("predicted {0}", kind.format(predicted.value)));
  if (limit !== null) pieces.push(words("limit {0}, {1}", kind.format(limit), last > limit ? "missed" : "met"));
  return pieces.join(", ");
}

function events(spans: readonly Span[]): Row {
  const told = spans.map(({ text }) => text).filter((text) => text !== "");
  return {
    id: "events",
    name: "Events",
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
    aria: told.length === 0 ? "Events: none in this window" : words("Events: {0}", told.join("; ")),
  };
}

/** Times without an answer, and restarts; a gap that ends in a restart is one event. */
export function liveSpans(ring: Ring, from: number, to: number, intervalSeconds: number): Span[] {
  const spans: Span[] = [];
  const points = ring.kept;
  const start = Math.max(0, lowerBound(ring.time, ring.length, from) - 1);
  let answeredAt: number | null = null;
  let failed = false;
  for (let i = start; i < points.length; i++) {
    const point = points[i];
    if (!point || point.time > to) break;
    if (point.state === "lost") {
      failed = true;
      continue;
    }
    const before = answeredAt;
    answeredAt = point.time;
    if (before === null && point.state !== "restarted") continue;
    const silent = before === null ? 0 : point.time - before;
    const gap = failed || silent > Math.max(3 * intervalSeconds, intervalSeconds + 2);
    if (point.state === "restarted") {
      const at = clock(point.time, true);
      if (gap && before !== null) spans.push({ from: before, to: point.time, kind: "gap", text: "" });
      spans.push({
        from: gap && before !== null ? before : point.time,
        to: point.time,
        kind: "restart",
        text: gap ? words("Restarted {0}, no answer for {1}", at, brief(duration(Math.round(silent)))) : words("Restarted {0}", at),
      });
    } else if (gap && before !== null) {
      spans.push({
        from: before,
        to: point.time,
        kind: "gap",
        text: words(failed ? "No answer for {0}" : "No sample for {0}", brief(duration(Math.round(silent)))),
      });
    }
    failed = false;
  }
  const last = points.at(-1);
  if (failed && last && answeredAt !== null && last.time > answeredAt)
    spans.push({ from: answeredAt, to: Math.max(last.time, Math.min(to, last.time)), kind: "gap", text: "No answer" });
  return spans;
}

const mostTableRows = 240;

/** The window's samples as a table, newest first; the last of each group where there are more than a table can show. */
export function liveTable({ ring, from, to }: RowsInput): TableModel {
  const first = lowerBound(ring.time, ring.length, from);
  const indices: number[] = [];
  for (let i = first; i < ring.length && (ring.time[i] ?? 0) <= to; i++) indices.push(i);
  const every = Math.max(1, Math.ceil(indices.length / mostTableRows));
  const shown = indices.filter((_, i) => (indices.length - 1 - i) % every === 0).reverse();
  const cell = (kind: Kind, i: number): string => {
    const value = ring.column(kind.id)[i] ?? Number.NaN;
    if (Number.isNaN(value)) return "no value";
    return value === nothingCame ? "no request" : kind.format(value);
  };
  return {
    name: "Live samples",
    columns: [
      { title: "Time", numeric: false },
      ...kinds.map(({ id, name, unit }) => ({
        title: `${name}, ${unit}`,
        numeric: true,
        secondary: !["ttft", "running", "kv"].includes(id),
      })),
    ],
    rows: shown.map((i) => [clock(ring.time[i] ?? 0, true), ...kinds.map((kind) => cell(kind, i))]),
    raw: {
      head: ["unix_seconds", ...kinds.map(({ id }) => id)],
      rows: () => indices.map((i) => [ring.time[i] ?? 0, ...kinds.map(({ id }) => finite(ring.column(id)[i] ?? Number.NaN))]),
    },
  };
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}
