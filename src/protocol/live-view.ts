import type { Slo } from "../deployment/deployment.ts";
import type { LivePoint, LiveState } from "../live/snapshot.ts";
import type { Quantiles } from "../simulation/report.ts";

export interface LiveHeader {
  readonly url: string;
  readonly deployment: string | null;
  readonly place: string | null;
  readonly line: number | null;
  readonly server: string;
  readonly model: string | null;
  readonly intervalSeconds: number;
  readonly words: string;
  readonly slo: Slo | null;
}

/** The simulation's answer to the same load: one figure a row, with its band. */
export interface Prediction {
  readonly from: string;
  readonly band: number;
  readonly ttftSeconds: Quantiles;
  readonly itlSeconds: Quantiles;
  readonly e2eSeconds: Quantiles;
  readonly running: number;
  readonly waiting: number;
  readonly kvUsage: number;
  readonly promptTokensPerSecond: number;
  readonly outputTokensPerSecond: number;
  readonly prefixHitRate: number;
  readonly ratePerSecond: number;
  /** Load and lengths the prediction was made for: `measured workload`, `the file's workload`. */
  readonly basis: string;
}

export type ToLiveView =
  | { readonly kind: "header"; readonly header: LiveHeader }
  /** Replaces all points (after ready, after becoming visible again). */
  | { readonly kind: "history"; readonly points: readonly LivePoint[] }
  | { readonly kind: "point"; readonly point: LivePoint }
  | {
      readonly kind: "state";
      readonly state: LiveState | "connecting" | "needs-key" | "wrong-page";
      readonly detail: string;
      readonly sinceSeconds: number;
      readonly retryInSeconds: number | null;
    }
  | { readonly kind: "prediction"; readonly prediction: Prediction | null };

export type FromLiveView =
  | { readonly kind: "ready" }
  | { readonly kind: "detach" }
  | { readonly kind: "retry" }
  | { readonly kind: "enter-key" }
  | { readonly kind: "pause"; readonly paused: boolean }
  | { readonly kind: "predict"; readonly basis: "measured" | "file" | "report" }
  | { readonly kind: "reveal"; readonly line: number }
  | { readonly kind: "save"; readonly name: string; readonly text: string };
