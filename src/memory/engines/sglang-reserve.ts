import type { Model } from "../../catalog/facts.ts";
import { gib as gibWords } from "../../catalog/quantity.ts";
import { gpusPerInstance, type SettledPool, type SglangDraft } from "../../deployment/settled.ts";
import { drafterBytes } from "../draft-weights.ts";
import type { Stage } from "../stages.ts";
import type { Sum, Term } from "../sum.ts";
import { rankWeights, total } from "../weights.ts";
import { forwardPass } from "./forward-pass.ts";

/** What SGLang's share does not hold: what is taken before it loads, and what runs in the memory it keeps free. */

const GiB = 2 ** 30;
const MiB = 2 ** 20;
const gib = (bytes: number): string => gibWords(bytes, 3);

/** The context, and with several ranks NCCL: logged 0.7 to 0.9 GiB on one rank, 1.5 to 2.5 in groups of Hopper cards. */
export function takenBefore({ gpu, layout }: SettledPool): Term {
  const isGroup = gpusPerInstance({ ...layout, data: 1 }) > 1;
  const isKnown = gpu.vendor === "nvidia" && (!isGroup || (gpu.computeCapability ?? 0) >= 9);
  const size = !isGroup ? 0.75 : (gpu.computeCapability ?? 0) >= 9 ? 2 : 1.2;
  const band = (isGroup ? 0.6 : 0.25) * (isKnown ? 1 : 1.5);
  return { bytes: size * GiB, formula: `${size} GiB`, confidence: isKnown ? "fitted" : "estimated", spread: band * GiB };
}

/** A head on the model's own states weighs about what one of its layers does; a model that is not known may be of any size. */
export function draftWeights(model: Model, pool: SettledPool, { layers }: SglangDraft, stage: Stage): Term {
  const { drafter } = pool;
  if (drafter && drafter.kind !== "unsized") {
    const bytes = drafterBytes(model, pool, stage);
    return { bytes, formula: gib(bytes), confidence: "estimated", spread: (drafter.kind === "own-layers" ? 0.2 : 0.05) * bytes };
  }
  if (!stage.last) return { bytes: 0, formula: "0 GiB", confidence: "engine-law", spread: 0 };
  const held = rankWeights(model, pool.weights, pool.layout, stage, pool.activationBytes);
  const whole = total({ ...held, embedding: 0, towers: 0 });
  const bytes = stage.layers > 0 ? whole / stage.layers : 0;
  return {
    bytes,
    formula: `${gib(whole)} / ${stage.layers} layers`,
    confidence: "estimated",
    spread: (layers === null ? 4 : 1) * GiB + bytes,
  };
}

interface Reserve {
  readonly reservedBytes: number;
  /** Weights of a draft that is loaded behind the pools. */
  readonly drafted: number;
}

/** What of the reserve is expected to be used; the engine measures none of it and runs out of memory where it is too small. */
export function addReserve(
  sum: Sum,
  model: Model,
  pool: SettledPool,
  stage: Stage,
  { reservedBytes, drafted }: Reserve,
): { readonly activationBytes: number; readonly graphBytes: number } {
  const { settings } = pool;
  const pass = forwardPass(model, pool, stage, settings.maxNumBatchedTokens, Math.max(settings.maxCaptureSize, 1));
  const activationBytes = sum.add("activation", "Activations of one chunk", pass, "memory.md 4");
  const graphBytes = sum.add("graphs", "CUDA graphs", graphs(pool), "SM03");
  const used = `${gib(activationBytes)} − ${gib(graphBytes)}${drafted > 0 ? ` − ${gib(drafted)}` : ""}`;
  const left = reservedBytes - activationBytes - graphBytes - drafted;
  const spread = Math.hypot(sum.spread("activation"), sum.spread("graphs"), drafted > 0 ? sum.spread("draft") : 0);
  sum.add("reserve", "Left free", { bytes: left, formula: `${gib(reservedBytes)} − ${used}`, confidence: "estimated", spread }, "SM02");
  return { activationBytes, graphBytes };
}

/** 2 MiB for each sequence of the largest batch, as the engine itself allows for; logged 0.07 to 0.09 GiB where four sizes are captured. */
function graphs({ settings, gpu }: SettledPool): Term {
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
