import type { Slo } from "../deployment/deployment.ts";
import type { SettingPlace } from "../language/setting-places.ts";
import type { RequestRecords } from "../simulation/report/report.ts";
import type { Timeline } from "../simulation/timeline/timeline.ts";

export interface TimelineHeader {
  readonly name: string;
  /** `deploy.yaml:14`. */
  readonly place: string;
  readonly line: number;
  /** `2 prefill of TP 2, 1 decode of TP 4 · 8 × H100-SXM5-80GB`. */
  readonly words: string;
  /** `deploy.yaml`: where settings are written. */
  readonly file: string;
}

/** A request as a page names it: by its place in the order of arrival, or by what it is. */
export type Entry = number | "worst-ttft";

/** What happened in a run, with what the report of the same run says of its requests. */
export interface TimelineRun {
  readonly timeline: Timeline;
  readonly requests: RequestRecords;
  readonly slo: Slo | null;
  /** Of the whole run, evenly spaced; `t[i]` is the end of interval i. */
  readonly overview: {
    readonly t: Float64Array;
    readonly running: Float64Array;
    readonly preemptionsPerSecond: Float64Array;
  };
}

export type ToTimelineView =
  | { readonly kind: "header"; readonly header: TimelineHeader }
  | { readonly kind: "running"; readonly finished: number; readonly total: number }
  | { readonly kind: "run"; readonly run: TimelineRun }
  /** Where the file writes the settings of each pool; again after every edit. */
  | { readonly kind: "places"; readonly places: readonly SettingPlace[] }
  | { readonly kind: "select"; readonly entry: Entry }
  | { readonly kind: "problem"; readonly title: string; readonly lines: readonly string[] }
  /** The file changed since the run. */
  | { readonly kind: "stale"; readonly reason: string };

export type FromTimelineView =
  | { readonly kind: "ready" }
  | { readonly kind: "reveal"; readonly line: number }
  | { readonly kind: "command"; readonly command: string }
  | { readonly kind: "copy"; readonly text: string }
  | { readonly kind: "save"; readonly name: string; readonly text: string }
  /** Writes down the same run from another second on: what is shown was full before its end. */
  | { readonly kind: "record"; readonly fromSeconds: number }
  /** The trace for Perfetto. */
  | { readonly kind: "export" };
