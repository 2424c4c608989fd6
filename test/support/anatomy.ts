import type { StepAnatomy } from "../../src/simulation/report/report.ts";
import type { OperatorName, OperatorShare } from "../../src/timing/operators/operator.ts";
import type { Basis } from "../../src/timing/step-model.ts";

/** One GPU of eight H100: 989 TFLOP/s in 16 bit, 3.35 TB/s. */
const peaks = { flops: 989e12, bytesPerSecond: 3.35e12 };

const share = (
  operator: OperatorName,
  milliseconds: number,
  gigaflops: number,
  megabytes: number,
  basis: Basis = "measured",
): OperatorShare => ({
  operator,
  seconds: milliseconds / 1000,
  flops: gigaflops * 1e9,
  bytes: megabytes * 1e6,
  basis,
});
/** A decode step of 246 sequences as TP 8. */
export const decodeStep: StepAnatomy = {
  kind: "decode",
  label: "TP 8",
  tokens: 246,
  promptTokens: 0,
  decodeSequences: 246,
  meanContext: 2560,
  seconds: 0.015,
  peaks,
  operators: [
    share("attention-projections", 1.6, 740, 3100),
    share("mlp", 5.1, 3480, 11_400),
    share("elementwise", 0.7, 0, 320, "analytical"),
    share("decode-attention", 4.2, 170, 9800, "interpolated"),
    share("head", 0.4, 65, 270, "interpolated"),
    share("all-reduce", 1.5, 0, 645),
    share("host", 1.5, 0, 0, "analytical"),
  ],
};
/** The step of that run with the most prompt tokens. */
export const promptStep: StepAnatomy = {
  kind: "prefill",
  label: "TP 2 × SP 4",
  tokens: 8192,
  promptTokens: 7946,
  decodeSequences: 246,
  meanContext: 2560,
  seconds: 0.1782,
  peaks,
  operators: [
    share("attention-projections", 26.4, 20_100, 4700),
    share("mlp", 118, 91_700, 13_200),
    share("elementwise", 3.9, 0, 5200, "analytical"),
    share("prefill-attention", 9.8, 3900, 900, "interpolated"),
    share("decode-attention", 4.2, 170, 9800, "interpolated"),
    share("head", 0.6, 65, 270, "interpolated"),
    share("all-reduce", 8.6, 0, 2700),
    share("all-to-all", 4.7, 0, 940, "analytical"),
    share("host", 2, 0, 0, "analytical"),
  ],
};
