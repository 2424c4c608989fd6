import type { Slo } from "../../src/deployment/deployment.ts";
import type { CanonicalCounter, CanonicalGauge, CanonicalHistogram } from "../../src/live/snapshot.ts";
import type { GpuPeak } from "../../src/protocol/live-view.ts";
import type { Row } from "../parts/models.ts";
import { brief, figure, milliseconds, whole } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";
import { type Column, quantileColumn } from "./columns.ts";
import type { PredictedRows } from "./live-words.ts";
import type { PartColumn } from "./part-columns.ts";

/** One row of the page: what it is made of and how it is read. */
export interface Panel {
  readonly id: string;
  readonly name: string;
  readonly unit: string;
  /** How the figures of several engines become this one: said in the unit where there are several. */
  readonly together?: "sum" | "mean";
  /** The unit of several engines where adding a word to it would not fit. */
  readonly unitTogether?: string;
  readonly isEssential: boolean;
  /** How it is made, under its name. */
  readonly about?: string;
  /** Words above the group of rows that it belongs to. */
  readonly heading?: string;
  readonly side?: Row["side"];
  readonly tall?: boolean;
  /** The row's own line, and those beside it. */
  readonly column: Column;
  readonly beside?: readonly { readonly name: string; readonly look: "faint" | "dotted"; readonly column: Column }[];
  /** Lines by the value of a label instead of one of its own. */
  readonly parts?: PartColumn;
  /** How a histogram's buckets filled over time instead of a line. */
  readonly heat?: CanonicalHistogram;
  readonly word: CanonicalGauge | CanonicalCounter | CanonicalHistogram;
  readonly format: (value: number) => string;
  readonly predicted?: keyof PredictedRows;
  readonly limit?: keyof Pick<Slo, "ttftSeconds" | "tpotSeconds" | "e2eSeconds">;
  readonly top?: number;
  /** Which peak of a GPU its figure is a share of. */
  readonly peak?: keyof GpuPeak;
  readonly series?: number;
  /** What is shown in its place where it has no figures and this has. */
  readonly otherwise?: Panel;
}

export const requests = (value: number): string => (Number.isInteger(value) ? whole(value) : brief(figure(value)));
export const share = (value: number): string => figure(value * 100);

/** A latency by its p95 over p50 and mean; by its mean alone where a server keeps no more. */
export function latency(
  id: string,
  name: string,
  word: CanonicalHistogram,
  more: Partial<Panel> & { readonly isEssential: boolean },
  inSeconds = false,
): Panel {
  const mean = quantileColumn(`${id}-mean`, word, "mean");
  const base = { id, unit: inSeconds ? "s" : "ms", word, format: inSeconds ? figure : milliseconds, isEssential: more.isEssential };
  return {
    ...base,
    name: words("{0} p95", name),
    tall: true,
    column: quantileColumn(id, word, "p95"),
    beside: [
      { name: "p50", look: "faint", column: quantileColumn(`${id}-p50`, word, "p50") },
      { name: words("mean"), look: "dotted", column: mean },
    ],
    otherwise: { ...base, name: words("{0} mean", name), column: mean },
    ...more,
  };
}
