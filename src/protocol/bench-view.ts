import type { Message } from "../deployment/message.ts";
import type { LoadMetric, LoadRow } from "../live/bench/compare-load.ts";

/** A benchmark beside the prediction, as plain JSON: it is kept across reloads. */
export interface BenchView {
  readonly name: string;
  /** `deploy.yaml:14`. */
  readonly place: string;
  readonly line: number;
  /** Load generators, `vllm bench serve`. */
  readonly tools: readonly string[];
  /** What the loads are told apart by. */
  readonly axis: BenchAxis;
  /** From the least to the greatest. */
  readonly loads: readonly BenchLoad[];
  /** What was assumed of a load, each once. */
  readonly notes: readonly Message[];
  readonly unread: readonly { readonly place: string; readonly why: Message }[];
  /** The correction that explains the difference, or why none is kept. */
  readonly correction: readonly Message[];
  readonly canKeep: boolean;
  /** All of it as text, to be copied. */
  readonly markdown: string;
}

/** Requests a second as they were sent, requests kept in flight, or where both kinds are mixed, requests a second as they were answered. */
export type BenchAxis = "rate" | "in-flight" | "answered";

export interface BenchLoad {
  readonly words: string;
  /** Its place on the axis; null = not told. */
  readonly at: number | null;
  /** Empty where it cannot be simulated. */
  readonly rows: readonly BenchRow[];
}

/** What is measured and what a simulation says; null = not told, or nothing that makes sense. */
export interface BenchRow extends Pick<LoadRow, "statistic" | "unit" | "measured" | "share" | "verdict"> {
  readonly metric: LoadMetric;
  readonly predicted: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** With the correction that was fitted. */
  readonly corrected: { readonly predicted: number; readonly share: number | null } | null;
}

export type ToBenchView = { readonly kind: "bench"; readonly bench: BenchView };

export type FromBenchView =
  | { readonly kind: "ready" }
  | { readonly kind: "reveal"; readonly line: number }
  | { readonly kind: "command"; readonly command: string }
  | { readonly kind: "copy"; readonly text: string }
  | { readonly kind: "save"; readonly name: string; readonly text: string }
  | { readonly kind: "save-picture"; readonly name: string; readonly url: string }
  /** Keeps the correction as the deployment's calibration, after showing it. */
  | { readonly kind: "keep" };
