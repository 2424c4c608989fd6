import { gpusPerInstance, type SettledPool } from "../../deployment/settled.ts";
import type { Term } from "../sum.ts";

/** What engines of PyTorch hold outside their weights and caches, where no log of them was fitted: orders of magnitude with their band. */

const GiB = 2 ** 30;
const MiB = 2 ** 20;

/** The context, and with several ranks NCCL: SGLang logged 0.7 to 0.9 GiB on one rank, 1.5 to 2.5 in groups of Hopper cards. */
export function contextAndLinks({ gpu, layout }: SettledPool): Term {
  const isGroup = gpusPerInstance({ ...layout, data: 1 }) > 1;
  const isWide = (gpu.computeCapability ?? 0) >= 9;
  const isKnown = gpu.vendor === "nvidia" && (!isGroup || isWide);
  const size = !isGroup ? 0.75 : isWide ? 2 : 1.2;
  const band = (isGroup ? 0.6 : 0.25) * (isKnown ? 1 : 1.5);
  return { bytes: size * GiB, formula: `${size} GiB`, confidence: isKnown ? "fitted" : "estimated", spread: band * GiB };
}

/** 2 MiB for each sequence of the largest batch, as SGLang itself allows for; logged 0.07 to 0.09 GiB where four sizes are captured. */
export function capturedGraphs({ settings, gpu }: SettledPool): Term {
  if (settings.maxCaptureSize === 0) return { bytes: 0, formula: "0 GiB", confidence: "engine-law", spread: 0 };
  const bytes = 0.06 * GiB + settings.maxCaptureSize * 2 * MiB;
  const isKnown = gpu.vendor === "nvidia" || gpu.vendor === "amd";
  return {
    bytes,
    formula: `(0.06 + ${settings.maxCaptureSize} · 2 / 1024) GiB`,
    confidence: "estimated",
    spread: 0.3 * GiB + (isKnown ? 0.5 : 1) * bytes,
  };
}
