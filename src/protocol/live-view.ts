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

/** A recording that is played where a server would be asked. */
export interface ReplayView {
  /** The file's name. */
  readonly name: string;
  /** Unix seconds of its first and last look; the end is not known before the file was read through. */
  readonly from: number;
  readonly to: number | null;
  /** Unix seconds of the look that is shown. */
  readonly at: number;
  /** Times as fast as it was; null = as fast as it goes. */
  readonly speed: number | null;
  readonly playing: boolean;
}

/** What is being written down of this server. */
export interface RecordingView {
  readonly name: string;
  readonly seconds: number;
  readonly bytes: number;
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
  | { readonly kind: "prediction"; readonly prediction: Prediction | null }
  /** Once a second at most; null = nothing is recorded any more. */
  | { readonly kind: "recording"; readonly recording: RecordingView | null }
  /** Comes before the history of a replay, and again whenever it changes. */
  | { readonly kind: "replay"; readonly replay: ReplayView };

export type FromLiveView =
  | { readonly kind: "ready" }
  | { readonly kind: "detach" }
  | { readonly kind: "retry" }
  | { readonly kind: "enter-key" }
  | { readonly kind: "pause"; readonly paused: boolean }
  | { readonly kind: "record"; readonly on: boolean }
  | { readonly kind: "play"; readonly on: boolean }
  | { readonly kind: "speed"; readonly speed: number | null }
  /** To a moment of a recording, unix seconds. */
  | { readonly kind: "seek"; readonly time: number }
  | { readonly kind: "predict"; readonly basis: "measured" | "file" | "report" }
  | { readonly kind: "reveal"; readonly line: number }
  | { readonly kind: "save"; readonly name: string; readonly text: string };
