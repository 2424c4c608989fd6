import type { LatencySpread } from "../../src/simulation/report/spread.ts";
import type { Heat } from "./heat.ts";

/** What a page shows, as plain data: built without a DOM, drawn by the parts. */

export type Tone = "good" | "warning" | "bad" | "plain";

/** A word with its sign; the tone colours the sign alone. */
export interface Tag {
  readonly glyph: string;
  readonly word: string;
  readonly tone: Tone;
}

/** Value, range and limit on one scale from 0 to `scale`. */
export interface Bullet {
  readonly scale: number;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly limit: number | null;
  readonly tone: Tone | "live";
}

export interface Figure {
  readonly id: string;
  readonly label: string;
  /** Definition, shown as a title. */
  readonly title: string;
  readonly value: string;
  readonly unit: string;
  readonly tag: Tag | null;
  readonly bullet: Bullet | null;
  readonly caption: string;
  /** The caption rests on a value nobody wrote down. */
  readonly assumed?: boolean;
  /** The number is not to be had: the words that stand in its place. */
  readonly unknown?: string;
  /** The same figure of the selected interval. */
  readonly beside?: string;
}

export interface Sentence {
  readonly sign: Tag;
  readonly title: string;
  /** Paragraphs: the first piece of each in bold, where there is one. */
  readonly lines: readonly { readonly strong?: string; readonly text: string }[];
}

export interface Column {
  readonly title: string;
  readonly numeric: boolean;
  /** Goes below 560 px. */
  readonly secondary?: boolean;
}

export interface TableModel {
  /** Says what the table holds; also names the CSV file. */
  readonly name: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
  /** Series and pattern before the first cell of each row. */
  readonly swatches?: readonly Fill[];
  /** Raw numbers for Copy and Save CSV; the rows' words where absent. */
  readonly raw?: { readonly head: readonly string[]; readonly rows: () => readonly (readonly (number | string)[])[] };
}

export interface Limit {
  readonly value: number;
  readonly text: string;
}

export interface Predicted {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A further line of a row: a mean beside a percentile, one reason of several. */
export interface RowLine {
  readonly name: string;
  readonly values: Float64Array;
  readonly series: number;
  /** Faint beside the row's own line, dotted for a mean, or a line like it. */
  readonly look: "own" | "faint" | "dotted";
  /** Where its values are written otherwise than the row's. */
  readonly format?: (value: number) => string;
}

/** One small multiple. `values[i]` belongs to the common x[i]; NaN is a gap. A row without values of its own shows its lines alone. */
export interface Row {
  readonly id: string;
  /** Words above it, where a group of rows begins. */
  readonly heading?: string;
  /** On a wide page those of the left stand beside those of the right; rows of neither have the whole width. */
  readonly side?: "left" | "right";
  readonly name: string;
  readonly unit: string;
  readonly tall: boolean;
  readonly shape: "line" | "step" | "share" | "events" | "heat";
  readonly series: number;
  readonly values: Float64Array;
  /** The cells of a `heat` row; its top, predicted and values say nothing. */
  readonly heat?: Heat;
  readonly lines?: readonly RowLine[];
  readonly top: number;
  readonly topText: string;
  readonly limit: Limit | null;
  readonly predicted: Predicted | null;
  readonly format: (value: number) => string;
  /** Under the name: mean, peak or prediction. */
  readonly note: string;
  /** Words in place of the plot. */
  readonly absent: string | null;
  /** One sentence for those who do not see the plot. */
  readonly aria: string;
}

export interface Span {
  readonly from: number;
  readonly to: number;
  readonly kind: "cause" | "gap" | "restart" | "drift" | "deploy" | "scale" | "alert";
  readonly text: string;
}

export interface RowsModel {
  readonly x: Float64Array;
  /** How many of x (and of every row's values) count, from the start. */
  readonly length: number;
  readonly from: number;
  readonly to: number;
  readonly axis: "elapsed" | "clock";
  /** The end of a clock's axis is not the present. */
  readonly isPast?: boolean;
  readonly rows: readonly Row[];
  readonly spans: readonly Span[];
  /** Row in which the spans' words are written. */
  readonly spanWordsIn: string;
  /** Name of each share in a `share` row, from the bottom. */
  readonly shares?: readonly [string, string];
}

/** A cumulative distribution with its limit and its mark. */
export interface Distribution {
  readonly id: string;
  readonly title: string;
  readonly definition: string;
  readonly note: string;
  /** Ascending, with the percentage of requests at or below. */
  readonly x: Float64Array;
  readonly percent: Float64Array;
  readonly from: number;
  readonly to: number;
  /** Values of the axis in words; seconds as durations where absent. */
  readonly format?: (value: number) => string;
  readonly limit: Limit | null;
  readonly mark: { readonly value: number; readonly percent: number; readonly text: string } | null;
  /** Where it lies with other seeds. */
  readonly spread?: LatencySpread;
  /** The same of runs laid beside it, dashed. */
  readonly others?: readonly { readonly series: number; readonly x: Float64Array; readonly percent: Float64Array }[];
  readonly aria: string;
}

export interface PlotAxis {
  readonly scale: "log" | "linear";
  readonly from: number;
  readonly to: number;
  readonly format: (value: number) => string;
}

export interface CurvePoint {
  readonly x: number;
  readonly y: number;
  /** The file's own. */
  readonly isFile: boolean;
  /** Misses a limit, or its queue grows: drawn hollow. */
  readonly isLost: boolean;
  /** Written beside it; "" = nothing. */
  readonly text: string;
  /** Where it stands among all points of what is drawn. */
  readonly at: number;
}

export interface CurveLine {
  readonly name: string;
  /** Colour, dash and mark (line-series.ts). */
  readonly series: number;
  /** Points that no line joins are a cloud. */
  readonly joined: boolean;
  readonly points: readonly CurvePoint[];
  /** Predicted: thin, dashed and grey, over its band where it has one. */
  readonly isPredicted?: true;
  readonly band?: readonly { readonly x: number; readonly low: number; readonly high: number }[];
}

/** Curves or clouds over two axes, with a limit across and marks down. */
export interface CurvePlot {
  readonly id: string;
  readonly title: string;
  readonly definition: string;
  readonly note: string;
  /** What is noted of a line beside the first, with a piece of it. */
  readonly beside?: Pick<CurveLine, "name" | "series"> | null;
  readonly x: PlotAxis;
  readonly y: PlotAxis;
  readonly lines: readonly CurveLine[];
  readonly limit: Limit | null;
  readonly marks: readonly Limit[];
  /** The point that is looked at, by its place. */
  readonly chosen: number | null;
  readonly aria: string;
}

/** How an area is told from others: by colour, and among those of one colour by pattern. */
export interface Fill {
  readonly series: number;
  /** 1 stripes, 2 dots, 3 lines; plain where absent. */
  readonly pattern?: 1 | 2 | 3;
}

export interface Segment extends Fill {
  readonly name: string;
  readonly value: number;
  readonly text: string;
}

/** One stacked bar on a scale from 0 to `scale`. */
export interface Bar {
  readonly title: string;
  readonly strong?: boolean;
  readonly note: string;
  readonly right: string;
  readonly rightNote: string;
  readonly scale: number;
  readonly segments: readonly Segment[];
  readonly budget: Limit | null;
  /** Where the container ends, when that is beyond the segments. */
  readonly end: Limit | null;
  readonly aria: string;
}
