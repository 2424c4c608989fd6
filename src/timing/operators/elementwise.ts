import { elementwiseBandwidth } from "../constants.ts";
import type { TokenOperator } from "./operator.ts";
import type { GpuRates } from "./rates.ts";

/** Norms, activations, copies: a fixed time for their launches and gaps, and bytes that every token moves. */
export function elementwise({ bytesPerSecond }: GpuRates, fixed: number, bytesPerToken: number): TokenOperator {
  const perToken = bytesPerToken / (bytesPerSecond * elementwiseBandwidth);
  return {
    name: "elementwise",
    basis: "interpolated",
    seconds: (tokens) => (tokens > 0 ? fixed + tokens * perToken : 0),
    flops: () => 0,
    bytes: (tokens) => tokens * bytesPerToken,
  };
}
