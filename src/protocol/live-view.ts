import type { Slo } from "../deployment/deployment.ts";
import type { LivePrediction } from "../live/prediction.ts";
import type { LivePoint, LiveState } from "../live/snapshot.ts";

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

/** The simulation's answer to the same load, drawn beside what is measured. */
export type Prediction = LivePrediction;

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
