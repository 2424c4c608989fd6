import type { Report } from "../../src/simulation/report/report.ts";
import { summary } from "../parts/downsample.ts";
import type { Row, RowsModel, TableModel } from "../parts/models.ts";
import { duration, figure, interval, percent, scaleEnd, whole } from "../parts/numbers.ts";
import { niceTop } from "../parts/ticks.ts";
import { words } from "../parts/words.ts";
import type { Interval } from "./figures.ts";
import { storeName } from "./stores.ts";

interface Kind {
  readonly id: string;
  readonly name: string;
  readonly unit: string;
  readonly series: number;
  readonly shape: Row["shape"];
  readonly note: "mean" | "peak";
  readonly format: (value: number) => string;
  readonly values: (report: Report) => Float64Array;
  /** Fixed top of the scale. */
  readonly top?: { readonly value: number; readonly text: string };
}

const count = (value: number): string => (value < 100 && !Number.isInteger(value) ? figure(value) : whole(value));
const share = (value: number): string => figure(value * 100);

/** Names are in the reader's language, so they are asked for when they are drawn. */
const kinds = (): readonly Kind[] => [
  {
    id: "arrivals",
    name: words("Arrivals"),
    unit: "req/s",
    series: 6,
    shape: "step",
    note: "mean",
    format: figure,
    values: ({ series }) => series.arrivalsPerSecond,
  },
  {
    id: "running",
    name: words("Running"),
    unit: words("requests"),
    series: 1,
    shape: "line",
    note: "peak",
    format: count,
    values: ({ series }) => series.running,
  },
  {
    id: "waiting",
    name: words("Waiting"),
    unit: words("requests"),
    series: 1,
    shape: "line",
    note: "peak",
    format: count,
    values: ({ series }) => series.waiting,
  },
  {
    id: "kv",
    name: words("KV cache"),
    unit: words("% used"),
    series: 1,
    shape: "line",
    note: "peak",
    format: share,
    values: ({ series }) => series.kvUsage,
    top: { value: 1, text: "100\u00a0%" },
  },
  {
    id: "prompt",
    name: words("Prompt"),
    unit: "tok/s",
    series: 1,
    shape: "line",
    note: "mean",
    format: whole,
    values: ({ series }) => series.promptTokensPerSecond,
  },
  {
    id: "output",
    name: words("Output"),
    unit: "tok/s",
    series: 1,
    shape: "line",
    note: "mean",
    format: whole,
    values: ({ series }) => series.outputTokensPerSecond,
  },
  {
    id: "preemptions",
    name: words("Preemptions"),
    unit: "1/s",
    series: 4,
    shape: "line",
    note: "peak",
    format: figure,
    values: ({ series }) => series.preemptionsPerSecond,
  },
  {
    id: "mode",
    name: words("Step mode"),
    unit: words("% of time"),
    series: 5,
    shape: "share",
    note: "mean",
    format: share,
    values: ({ series }) => series.sequenceShare,
    top: { value: 1, text: "100\u00a0%" },
  },
];

function shown(report: Report): readonly Kind[] {
  const all = kinds().flatMap((kind) => (kind.id === "kv" ? [kind, ...storeKinds(report)] : [kind]));
  return all.filter(({ id }) => (id === "mode" ? hasModes(report) : id === "preemptions" ? report.summary.preemptions > 0 : true));
}

/** How full the stores behind the caches are, below the caches themselves. */
function storeKinds({ summary, series }: Report): readonly Kind[] {
  return (summary.kvCache.tiers ?? []).flatMap(({ kind }, i): Kind[] => {
    const values = series.tierUsage?.[i];
    if (!values) return [];
    return [
      {
        id: `store-${i}`,
        name: storeName(kind),
        unit: words("% used"),
        series: 2,
        shape: "line",
        note: "peak",
        format: share,
        values: () => values,
        top: { value: 1, text: "100\u00a0%" },
      },
    ];
  });
}

/** Whether steps ran in both ways: only then is there a mode to show. */
export function hasModes({ modes }: Report): boolean {
  return modes.some(({ mode }) => mode === "sequence") && modes.some(({ mode }) => mode === "tensor");
}

/** The rows of a run, zoomed to `selected` where a person chose an interval. */
export function overTime(report: Report, selected: Interval | null): RowsModel {
  const { t } = report.series;
  const end = t.at(-1) ?? 0;
  const from = selected?.from ?? 0;
  const to = selected?.to ?? Math.max(end, 1e-9);
  const [below, above] = [label(report, "sequence"), label(report, "tensor")];
  const rows = shown(report).map((kind): Row => {
    const values = kind.values(report);
    const whole_ = summary(t, values, t.length, 0, end);
    const part = summary(t, values, t.length, from, to);
    const of = selected ? part : whole_;
    const top = kind.top ?? { value: niceTop(whole_.high), text: scaleEnd(niceTop(whole_.high), figure) };
    const noted = kind.note === "mean" ? of.mean : of.high;
    const none = Number.isNaN(noted);
    return {
      id: kind.id,
      name: kind.name,
      unit: kind.unit,
      tall: false,
      shape: kind.shape,
      series: kind.series,
      values,
      top: top.value,
      topText: top.text,
      limit: null,
      predicted: null,
      format: kind.shape === "share" ? (value) => words("SP {0}", percent(value)) : kind.format,
      note: none
        ? words("nothing here")
        : kind.shape === "share"
          ? words("mean {0} {1}", percent(noted), below)
          : kind.note === "mean"
            ? words("mean {0}", kind.format(noted))
            : words("peak {0}", kind.format(noted)),
      absent: null,
      aria: none
        ? words("{0}: no value in {1}", kind.name, interval(from, to))
        : words(
            "{0} {1}: mean {2}, peak {3} at {4}",
            kind.name,
            kind.unit,
            kind.format(of.mean),
            kind.format(of.high),
            duration(of.highAt),
          ),
    };
  });
  return {
    x: t,
    length: t.length,
    from,
    to,
    axis: "elapsed",
    rows,
    spans: report.causes.map((cause) => ({
      from: cause.from,
      to: cause.to,
      kind: "cause",
      text: words("{0}, {1}", cause.text, duration(cause.to - cause.from)),
    })),
    spanWordsIn: "waiting",
    shares: [below, above],
  };
}

function label({ modes }: Report, mode: "sequence" | "tensor"): string {
  return modes.find((each) => each.mode === mode)?.label ?? (mode === "sequence" ? "SP" : "TP");
}

const mostTableRows = 240;

/** Every interval of the run as a row, the last of each group where there are more than a table can show; the CSV holds all. */
export function overTimeTable(report: Report): TableModel {
  const { t } = report.series;
  const all = shown(report);
  const every = Math.max(1, Math.ceil(t.length / mostTableRows));
  const indices = Array.from(t.keys()).filter((i) => (i + 1) % every === 0);
  const value = (kind: Kind, i: number): number => kind.values(report)[i] ?? Number.NaN;
  return {
    name: words("Over time"),
    columns: [
      { title: words("Until"), numeric: true },
      ...all.map(({ id, name, unit }) => ({
        title: `${name}, ${unit}`,
        numeric: true,
        secondary: !["running", "waiting", "kv"].includes(id),
      })),
    ],
    rows: indices.map((i) => [
      duration(t[i] ?? 0),
      ...all.map((kind) => (Number.isNaN(value(kind, i)) ? words("idle") : kind.format(value(kind, i)))),
    ]),
    raw: {
      head: ["seconds", ...all.map(({ id }) => id)],
      rows: () => Array.from(t, (at, i) => [at, ...all.map((kind) => value(kind, i))]),
    },
  };
}

/** Rows before anything was simulated: names, scales and axis, no lines. */
export function emptyOverTime(totalSeconds: number | null): RowsModel {
  const nothing = new Float64Array();
  return {
    x: nothing,
    length: 0,
    from: 0,
    to: totalSeconds ?? 60,
    axis: "elapsed",
    spans: [],
    spanWordsIn: "",
    rows: kinds()
      .filter(({ id }) => id !== "mode" && id !== "preemptions")
      .map((kind) => ({
        id: kind.id,
        name: kind.name,
        unit: kind.unit,
        tall: false,
        shape: kind.shape,
        series: kind.series,
        values: nothing,
        top: 1,
        topText: kind.top?.text ?? "",
        limit: null,
        predicted: null,
        format: kind.format,
        note: "",
        absent: null,
        aria: words("{0}: not simulated yet", kind.name),
      })),
  };
}
