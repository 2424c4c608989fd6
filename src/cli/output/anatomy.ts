import { duration, percent, whole } from "../../catalog/quantity.ts";
import { plain } from "../../deployment/message.ts";
import type { StepAnatomy } from "../../simulation/report/report.ts";
import { achieved, type GpuPeaks } from "../../timing/operators/achieved.ts";
import type { OperatorShare } from "../../timing/operators/operator.ts";
import { bandOf } from "../../timing/operators/operator-band.ts";
import { bandwidthWords, basisShares, basisWords, computeWords, operatorWords } from "../../timing/operators/operator-words.ts";
import { share } from "./estimate-text.ts";

/** Operators of one step with what they reach of one GPU's peaks, and the factors that measured times lie between; null where that means nothing. */
export function operatorsJson(operators: readonly OperatorShare[], peaks: GpuPeaks) {
  return operators.map((one) => {
    const { flopsPerSecond, bytesPerSecond, flopsShare, bytesShare } = achieved(one, peaks);
    return { ...one, flopsPerSecond, bytesPerSecond, ofPeakFlops: flopsShare, ofPeakBandwidth: bytesShare, band: bandOf(one) };
  });
}

export const anatomyHead = ["Operator", "time", "share", "bytes/s", "of peak", "FLOP/s", "of peak", "basis"] as const;

/** One row an operator: time, share of the step, and the rates it reaches on one GPU. */
export function anatomyRows(operators: readonly OperatorShare[], peaks: GpuPeaks): readonly (readonly string[])[] {
  const total = operators.reduce((sum, { seconds }) => sum + seconds, 0);
  return operators.map((one) => {
    const { flopsPerSecond, bytesPerSecond, flopsShare, bytesShare } = achieved(one, peaks);
    return [
      plain(operatorWords[one.operator]),
      duration(one.seconds),
      share(one.seconds, total),
      one.bytes > 0 ? bandwidthWords(bytesPerSecond) : "",
      bytesShare === null ? "" : percent(bytesShare),
      one.flops > 0 ? computeWords(flopsPerSecond) : "",
      flopsShare === null ? "" : percent(flopsShare),
      plain(basisWords[one.basis]),
    ];
  });
}

/** Where the tables of measured kernels come from. */
const kernelSources = "kernel times from aiconfigurator-core 0.12.0 (NVIDIA, Apache-2.0) and LLMServingSim (MIT)";

/** How much of each step rests on what: `decode step: 75 % measured, 13 % interpolated, 12 % analytical`. */
export function basisLine(anatomy: readonly StepAnatomy[]): string {
  const steps = anatomy.map(({ kind, operators }) => {
    const parts = basisShares(operators).map(({ basis, share: part }) => `${percent(part)} ${plain(basisWords[basis])}`);
    return `${kind === "decode" ? "decode step" : "prompt step"}: ${parts.join(", ")}`;
  });
  return [...steps, kernelSources].join("; ");
}

/** Shares of time by basis, 0 to 1, of each step. */
export function basisJson(anatomy: readonly StepAnatomy[]) {
  return anatomy.map(({ kind, operators }) => ({
    kind,
    shares: Object.fromEntries(basisShares(operators).map(({ basis, share: part }) => [basis, part])),
  }));
}

/** `A decode step of 58 sequences with 1,204 tokens of context each, as TP 8: 11.2 ms`. */
export function anatomyTitle({ kind, label, promptTokens, decodeSequences, meanContext, seconds }: StepAnatomy): string {
  const decoding = `${whole(decodeSequences)} sequences with ${whole(meanContext)} tokens of context each`;
  const what =
    kind === "decode"
      ? `A decode step of ${decoding}`
      : `The step with the most prompt tokens, ${whole(promptTokens)}${decodeSequences > 0 ? `, beside ${decoding}` : ""}`;
  return `${what}, as ${label}: ${duration(seconds)}`;
}
