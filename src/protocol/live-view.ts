import type { Slo } from "../deployment/deployment.ts";
import type { Message } from "../deployment/message.ts";
import type { DriftRow } from "../live/drift/drift.ts";
import type { Afterwards } from "../live/prediction/afterwards.ts";
import type { Gap } from "../live/prediction/explain/gap.ts";
import type { NoPrediction } from "../live/prediction/no-prediction.ts";
import type { LivePrediction } from "../live/prediction/prediction.ts";
import type { ShiftSteps } from "../live/prediction/shift-steps.ts";
import type { Standing } from "../live/prediction/standing.ts";
import type { EngineTable } from "../live/series/engines.ts";
import type { LivePoint, LiveState } from "../live/snapshot.ts";
import type { LiveEvent, MemberState } from "../live/source.ts";

export interface GpuPeak {
  readonly teraflops: number;
  readonly terabytesPerSecond: number;
}

export interface LiveHeader {
  readonly url: string;
  readonly deployment: string | null;
  readonly place: string | null;
  readonly line: number | null;
  readonly server: string;
  /** What several servers run, each once; one or none where nobody knows of a difference. */
  readonly versions: readonly string[];
  readonly model: string | null;
  readonly intervalSeconds: number;
  readonly words: string;
  readonly slo: Slo | null;
  /** What one GPU of the file's deployment could do; null where the file does not tell. */
  readonly gpuPeak: GpuPeak | null;
}

/** Where figures come from, and how safe the way is. */
export interface LiveConnection {
  readonly source: "metrics-url" | "fleet" | "prometheus" | "kubernetes" | "recording";
  /** The machine that asks, where it is not the one the editor is seen on: `SSH: gpu-7`, `WSL: Ubuntu`; null = this one. */
  readonly from: Message | null;
  /** false = a person allowed a certificate that nobody vouches for. */
  readonly tlsVerified: boolean;
}

/** Engines beside each other over the last minutes, and the members they belong to. */
export interface LiveMembers {
  readonly members: readonly MemberState[];
  /** `engine` is `member/engine` where there are several members. */
  readonly engines: EngineTable;
  /** Over how many seconds rates and quantiles of the table go. */
  readonly seconds: number;
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
  | { readonly kind: "connection"; readonly connection: LiveConnection }
  /** Replaces all points (after ready, after becoming visible again, after another engine was chosen). */
  | { readonly kind: "history"; readonly points: readonly LivePoint[] }
  | { readonly kind: "point"; readonly point: LivePoint }
  | {
      readonly kind: "state";
      readonly state: LiveState | "connecting" | "needs-key" | "wrong-page";
      readonly detail: string;
      readonly sinceSeconds: number;
      readonly retryInSeconds: number | null;
    }
  /** `absent`: why there is none; null where there is one. */
  | { readonly kind: "prediction"; readonly prediction: Prediction | null; readonly absent: NoPrediction | null }
  /** About once a second where there is more than one engine or member. */
  | { readonly kind: "members"; readonly members: LiveMembers }
  /** All that are known, oldest first. */
  | { readonly kind: "events"; readonly events: readonly LiveEvent[] }
  | { readonly kind: "drift"; readonly rows: readonly DriftRow[] }
  | { readonly kind: "gap"; readonly gap: Gap | null }
  | { readonly kind: "standing"; readonly standing: Standing | null }
  | { readonly kind: "shift-steps"; readonly steps: ShiftSteps | null }
  /** Now and then; null until enough came after the stretch that the load was read from. */
  | { readonly kind: "afterwards"; readonly afterwards: Afterwards | null }
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
  /** One look on or back, standing still. */
  | { readonly kind: "step"; readonly by: 1 | -1 }
  | { readonly kind: "predict"; readonly basis: "measured" | "file" | "report" }
  /** Points of one engine or member alone; null = of all. */
  | { readonly kind: "choose-engine"; readonly engine: string | null }
  | { readonly kind: "use-load" }
  | { readonly kind: "calibrate" }
  | { readonly kind: "review-differences" }
  | { readonly kind: "reveal"; readonly line: number }
  | { readonly kind: "copy"; readonly text: string }
  | { readonly kind: "save"; readonly name: string; readonly text: string }
  | { readonly kind: "save-picture"; readonly name: string; readonly url: string };
