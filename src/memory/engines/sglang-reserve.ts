import type { Model } from "../../catalog/facts.ts";
import { gib as gibWords } from "../../catalog/quantity.ts";
import type { SettledPool, SglangDraft } from "../../deployment/settled.ts";
import { drafterBytes } from "../draft-weights.ts";
import type { Stage } from "../stages.ts";
import type { Sum, Term } from "../sum.ts";
import { rankWeights, total } from "../weights.ts";
import { forwardPass } from "./forward-pass.ts";
import { capturedGraphs } from "./outside.ts";

/** What runs in the memory that SGLang keeps free, and a draft, which some versions load into it. */

const GiB = 2 ** 30;
const gib = (bytes: number): string => gibWords(bytes, 3);

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
  const graphBytes = sum.add("graphs", "CUDA graphs", capturedGraphs(pool), "SM03");
  const used = `${gib(activationBytes)} − ${gib(graphBytes)}${drafted > 0 ? ` − ${gib(drafted)}` : ""}`;
  const left = reservedBytes - activationBytes - graphBytes - drafted;
  const spread = Math.hypot(sum.spread("activation"), sum.spread("graphs"), drafted > 0 ? sum.spread("draft") : 0);
  sum.add("reserve", "Left free", { bytes: left, formula: `${gib(reservedBytes)} − ${used}`, confidence: "estimated", spread }, "SM02");
  return { activationBytes, graphBytes };
}
