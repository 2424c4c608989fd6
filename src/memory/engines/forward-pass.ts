import type { Model } from "../../catalog/facts.ts";
import type { SettledPool } from "../../deployment/settled.ts";
import type { Stage } from "../stages.ts";
import type { Term } from "../sum.ts";

/** Vectors of the hidden width that a layer holds at once: input, residual, queries, keys, values, output. */
const vectors = 6;

/**
 * Working set of one pass of `tokens` through a layer, and logits for `sequences`: gate, up and their product beside the vectors; with
 * experts one copy for each token's choice. No fit: half of it is its band.
 */
export function forwardPass(model: Model, pool: SettledPool, stage: Stage, tokens: number, sequences: number): Term {
  const { layout, activationBytes } = pool;
  const { moe, hidden, vocab } = model;
  const logits = stage.last ? sequences : 0;
  const head = logits > 0 ? ` + ${logits} · ${vocab} · 4 B` : "";
  if (moe && stage.expertLayers > 0) {
    const ranks = layout.tensor * layout.attentionData * layout.prefillContext;
    const width = Math.ceil(moe.intermediate / (layout.expert > 1 ? 1 : ranks));
    // With whole experts on each rank, a rank works on its share of all choices.
    const chosen = Number(
      (layout.expert > 1 ? (moe.expertsPerToken * layout.attentionData) / layout.expert : moe.expertsPerToken).toFixed(3),
    );
    const bytes = tokens * activationBytes * (chosen * (3 * width + hidden) + vectors * hidden) + logits * vocab * 4;
    return estimate(
      bytes,
      `${tokens} tokens · ${activationBytes} B · (${chosen} · (3 · ${width} + ${hidden}) + ${vectors} · ${hidden})${head}`,
    );
  }
  const width = Math.ceil(model.intermediate / layout.tensor);
  const bytes = tokens * activationBytes * (3 * width + vectors * hidden) + logits * vocab * 4;
  return estimate(bytes, `${tokens} tokens · ${activationBytes} B · (3 · ${width} + ${vectors} · ${hidden})${head}`);
}

function estimate(bytes: number, formula: string): Term {
  return { bytes, formula, confidence: "estimated", spread: 0.5 * bytes };
}
