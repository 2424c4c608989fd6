import type { Slo } from "../deployment/deployment.ts";
import type { Message } from "../deployment/message.ts";
import type { Bands } from "../simulation/report/bands.ts";
import type { Report } from "../simulation/report/report.ts";
import type { Spread } from "../simulation/report/spread.ts";
import type { LoadParts } from "../simulation/workload/load-parts.ts";
import type { WorkloadNumbers } from "../simulation/workload/workload.ts";
import type { Estimate } from "../timing/estimate.ts";
import type { FromPlanningView, ToPlanningView } from "./planning-view.ts";
import type { Entry } from "./timeline-view.ts";

/** What the controls of the report page hold. */
export interface ReportControls {
  readonly workload: string;
  readonly workloadOrigin: "file" | "assumed";
  readonly ratePerSecond: number | null;
  readonly gpu: string;
  readonly gpuOrigin: "file" | "assumed";
  readonly slo: Slo;
  readonly sloOrigin: "file" | "assumed";
  readonly rateOrigin: "file" | "assumed";
  /** The workload with other parts than it has by itself; null = as it is. */
  readonly load: LoadParts | null;
  readonly seed: number;
}

/** A workload that can be chosen. */
export interface WorkloadChoice {
  readonly name: string;
  readonly title: string;
  readonly numbers: WorkloadNumbers;
  readonly parts: LoadParts;
  /** Its own; null where it leaves the rate open, or has none. */
  readonly ratePerSecond: number | null;
}

export interface ReportHeader {
  readonly name: string;
  /** `deploy.yaml:14`. */
  readonly place: string;
  readonly line: number;
  /** Deployment in words: `Llama-3.3-70B-Instruct · vLLM 0.11.0 + Arctic Inference · TP 4 × SP 2 · Shift at 256 tokens`. */
  readonly words: string;
  readonly workloads: readonly WorkloadChoice[];
  readonly gpus: readonly { readonly id: string; readonly title: string }[];
  /** `over 4 replicas, spread at random by the Service`; empty for one replica. */
  readonly replicas: string;
}

/** A figure that a measured run has, and what this build says of it; null = not predicted (yet). */
export interface MeasuredFigure {
  readonly name: "ttft" | "tpot" | "output";
  readonly measured: number;
  readonly predicted: number | null;
}

/** A measured run near the deployment. */
export interface NearRunView {
  readonly title: string;
  readonly load: Message;
  /** What is the same, and what differs. */
  readonly words: readonly Message[];
  readonly source: string;
  readonly figures: readonly MeasuredFigure[];
  /** Why there is no prediction; null while it is under way, and where there is one. */
  readonly problem: Message | null;
  readonly pending: boolean;
}

/** What comes after the first run, and stands under its figures. */
export interface ReportEvidence {
  /** null while they are under way, and where there are none. */
  readonly bands: Bands | null;
  /** null as long as the bands are. */
  readonly spread: Spread | null;
  /** Runs beside the first that are done, of how many. */
  readonly bandRuns: { readonly done: number; readonly total: number };
  /** null while they are looked for. */
  readonly nearest: readonly NearRunView[] | null;
}

export type ToReportView =
  | ToPlanningView
  | { readonly kind: "header"; readonly header: ReportHeader; readonly controls: ReportControls }
  /** The workloads that can be chosen changed. */
  | { readonly kind: "workloads"; readonly workloads: readonly WorkloadChoice[] }
  | { readonly kind: "estimate"; readonly estimate: Estimate }
  /** The changed load of the controls in numbers; null where it makes no sense, and why. */
  | { readonly kind: "load"; readonly numbers: WorkloadNumbers | null; readonly problem: string | null }
  | {
      readonly kind: "running";
      readonly simulatedSeconds: number;
      readonly totalSeconds: number | null;
      readonly finished: number;
      readonly total: number;
    }
  | { readonly kind: "report"; readonly report: Report; readonly wallSeconds: number }
  /** Follows a report, again as more of it is known. */
  | { readonly kind: "evidence"; readonly evidence: ReportEvidence }
  | {
      readonly kind: "problem";
      readonly state: "does-not-fit" | "missing" | "failed";
      readonly title: string;
      readonly lines: readonly string[];
      readonly action: { readonly label: string; readonly command: string } | null;
    }
  /** The file changed since the report. */
  | { readonly kind: "stale"; readonly reason: string };

export type FromReportView =
  | FromPlanningView
  | { readonly kind: "ready" }
  | { readonly kind: "run"; readonly controls: ReportControls }
  /** A control changed: closed form at once. */
  | { readonly kind: "estimate"; readonly controls: ReportControls }
  /** The load of the controls becomes a workload of the project. */
  | { readonly kind: "save-workload"; readonly controls: ReportControls }
  | { readonly kind: "cancel" }
  /** The timeline of the run that is shown, at a request where one is named. */
  | { readonly kind: "timeline"; readonly entry: Entry | null }
  /** The same as a trace for Perfetto, saved to a file. */
  | { readonly kind: "trace" }
  | { readonly kind: "reveal"; readonly line: number }
  /** How the parts of "How sure this is" are meant. */
  | { readonly kind: "explain" }
  | { readonly kind: "command"; readonly command: string }
  | { readonly kind: "copy"; readonly text: string }
  | { readonly kind: "save"; readonly name: string; readonly text: string }
  /** A PNG as a data URL. */
  | { readonly kind: "save-picture"; readonly name: string; readonly url: string }
  /** The page itself: body, colours and classes, to which the host adds its style sheet. */
  | { readonly kind: "save-page"; readonly name: string; readonly body: string; readonly variables: string; readonly classes: string };
