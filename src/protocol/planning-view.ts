import type { Message } from "../deployment/message.ts";
import type { Change } from "../planning/change.ts";
import type { RunFigures } from "../planning/figures.ts";
import type { RateCurve } from "../planning/rate-curve.ts";
import type { Sweep } from "../planning/sweep.ts";
import type { SweepKind } from "../planning/sweeps.ts";
import type { Report } from "../simulation/report/report.ts";

/** Simulations that are done, of about how many. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** The curve over the rate: held places while it is looked for. */
export interface RatesView {
  /** null while it is under way, and where nothing arrives at a rate. */
  readonly curve: RateCurve | null;
  readonly progress: Progress | null;
}

/** A change that helps, with what it came to. */
export interface ChangeView {
  readonly change: Change;
  /** `deploy.yaml:27`; null where the file cannot be made to say it. */
  readonly place: string | null;
  readonly obstacle: Message | null;
  readonly figures: RunFigures;
}

export interface AdviceView {
  readonly before: RunFigures;
  /** null once all are done. */
  readonly progress: Progress | null;
  readonly tried: number;
  /** By more than chance, the best first. */
  readonly helping: readonly ChangeView[];
  /** Those that come nearest where none helps. */
  readonly nearest: readonly ChangeView[];
  /** With the best one: up to which rate it holds; null while it is looked for. */
  readonly curve: RateCurve | null;
}

export interface SweepView {
  readonly kind: SweepKind;
  readonly sweep: Sweep | null;
  readonly problem: Message | null;
  readonly progress: Progress | null;
  /** `deploy.yaml:27` of what each point's change writes, by its place in the sweep; null where it cannot be written. */
  readonly places: readonly (string | null)[];
}

/** What the run can be laid beside. */
export interface CompareChoice {
  readonly id: string;
  readonly group: "advice" | "layout" | "routing" | "system" | "deployment";
  readonly title: Message;
}

/** The same load and seed served otherwise. */
export interface ComparedRun {
  readonly id: string;
  readonly title: Message;
  readonly report: Report | null;
  /** Why there is no report. */
  readonly problem: Message | null;
  /** The same with further seeds, in their order. */
  readonly further: readonly RunFigures[];
}

export interface ComparisonView {
  readonly choices: readonly CompareChoice[];
  readonly chosen: readonly string[];
  readonly runs: readonly ComparedRun[];
  /** The report's own run with the further seeds. */
  readonly further: readonly RunFigures[];
  readonly progress: Progress | null;
}

export type ToPlanningView =
  | { readonly kind: "rates"; readonly rates: RatesView }
  | { readonly kind: "advice"; readonly advice: AdviceView }
  | { readonly kind: "sweep"; readonly view: SweepView }
  | { readonly kind: "comparison"; readonly comparison: ComparisonView };

export type FromPlanningView =
  | { readonly kind: "sweep"; readonly sweep: SweepKind }
  | { readonly kind: "stop-sweep" }
  /** A change of the advice, by its place among those that help or come nearest, or a point of the sweep shown. */
  | { readonly kind: "apply" | "preview"; readonly of: "advice" | "sweep"; readonly at: number }
  | { readonly kind: "compare"; readonly ids: readonly string[] };
