import { figure } from "../../catalog/quantity.ts";
import { type Message, message } from "../../deployment/message.ts";
import type { Basis } from "../step-model.ts";
import type { OperatorName, OperatorShare } from "./operator.ts";

/** Kinds of work of a step as people say them. */
export const operatorWords: Readonly<Record<OperatorName, Message>> = {
  "attention-projections": message("Attention projections"),
  mlp: message("MLP"),
  experts: message("Experts"),
  elementwise: message("Norms and activations"),
  "prefill-attention": message("Prefill attention"),
  "decode-attention": message("Decode attention"),
  embedding: message("Embedding"),
  head: message("Output head and sampling"),
  "all-reduce": message("All-reduce"),
  "all-to-all": message("All-to-all"),
  "stage-transfer": message("Transfer between stages"),
  host: message("Host"),
};

export const basisWords: Readonly<Record<Basis, Message>> = {
  measured: message("measured"),
  interpolated: message("interpolated"),
  analytical: message("analytical"),
};

/** How much of a step's time rests on what, the surest first. */
export function basisShares(operators: readonly OperatorShare[]): readonly { readonly basis: Basis; readonly share: number }[] {
  const total = operators.reduce((sum, { seconds }) => sum + seconds, 0);
  const bases: readonly Basis[] = ["measured", "interpolated", "analytical"];
  return bases
    .map((basis) => ({ basis, share: operators.reduce((sum, one) => sum + (one.basis === basis ? one.seconds : 0), 0) / total }))
    .filter(({ share }) => share > 0);
}

/** `1,480 GB/s`, `2.10 TB/s`. */
export function bandwidthWords(bytesPerSecond: number): string {
  return bytesPerSecond >= 1e12 ? `${figure(bytesPerSecond / 1e12)} TB/s` : `${figure(bytesPerSecond / 1e9)} GB/s`;
}

export function computeWords(flopsPerSecond: number): string {
  return `${figure(flopsPerSecond / 1e12)} TFLOP/s`;
}
