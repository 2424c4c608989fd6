import type { Model } from "../catalog/facts.ts";
import { kib } from "../catalog/quantity.ts";
import type { Pool } from "../deployment/deployment.ts";
import { message } from "../deployment/message.ts";
import { kvElementBytes } from "../deployment/settle-formats.ts";
import { tokenBytesPerLayer } from "../memory/kv-elements.ts";
import { oneRank } from "../memory/weights.ts";
import { finding } from "./finding.ts";
import { knownModel } from "./known.ts";
import { type Ranks, ranksOf, splitsEvenly } from "./layout.ts";
import { flagOf, placeOf } from "./place.ts";
import { laidOutEngines, type Rule } from "./rule.ts";

const code = "kv-heads-replicated";

export const kvHeadsReplicated: Rule = {
  code,
  severity: "warning",
  summary: "More ranks share the KV heads than there are heads, so GPUs hold copies of the same keys and values.",
  facts: ["VP02", "VP03", "AS10", "SW13"],
  engines: laidOutEngines,
  check({ deployment, pool }) {
    const model = knownModel(deployment);
    const ranks = ranksOf(pool.engine.parallel);
    if (!model || !ranks || !splitsEvenly(pool.engine.parallel) || model.heads % (ranks.tensor * ranks.sequence) !== 0) return [];
    const { tensor, sequence } = ranks;
    const isUlysses = sequence > 1;
    const flag = flagOf(pool, isUlysses ? "ulysses-sequence-parallel-size" : "tensor-parallel-size");
    const at = placeOf(deployment, isUlysses ? pool.engine.parallel.sequence : pool.engine.parallel.tensor, flag);
    const layout = isUlysses ? `TP ${tensor} × SP ${sequence}` : `TP ${tensor}`;
    const copies = copiesOf(model, tensor * sequence, pool.engine.parallel.decodeContext.value);
    if (copies <= 1) return [];
    if (model.mla)
      return [
        finding(
          code,
          "information",
          at,
          message(
            "This model keeps one latent per token and layer, which {0} cannot split: {1} GPUs hold the same KV cache. Data-parallel attention would hold {1} times as many tokens.",
            layout,
            Math.floor(copies),
          ),
        ),
      ];
    const local = Math.max(1, Math.floor(model.kvHeads / tensor));
    if (isUlysses && sequence % local !== 0 && local % sequence !== 0)
      return [
        finding(
          code,
          "warning",
          at,
          message(
            "{0} KV heads per TP rank cannot be copied evenly to SP {1}; the plugin repeats each head SP / KV heads times.",
            local,
            sequence,
          ),
        ),
      ];
    return [
      finding(
        code,
        "information",
        at,
        message(
          "The model has {0} KV heads, so with {1} each is held by {2} GPUs. A token needs {3} of KV cache on every GPU, as with {0} ranks.",
          model.kvHeads,
          layout,
          Math.floor(copies),
          kib(tokenBytes(model, pool, ranks)),
        ),
      ),
    ];
  },
};

/** GPUs that hold the same keys and values: ranks over heads, an MLA latent counting as one head; context ranks share tokens instead. */
function copiesOf({ mla, kvHeads }: Model, ranks: number, contextRanks: number): number {
  const heads = mla ? 1 : kvHeads;
  return heads === 0 ? 1 : ranks / heads / contextRanks;
}

/** Bytes of one token on the fullest GPU, as the cache's element type has it. */
function tokenBytes(model: Model, pool: Pool, { tensor, sequence, pipeline }: Ranks): number {
  const written = flagOf(pool, "kv-cache-dtype")?.value?.value ?? undefined;
  const elementBytes = kvElementBytes(written, model, 2) ?? 2;
  const layers = Math.ceil((model.fullAttentionLayers + model.slidingLayers) / pipeline);
  const perLayer = tokenBytesPerLayer(model, { layout: { ...oneRank, tensor, sequence }, kvElementBytes: elementBytes });
  return (layers * perLayer) / pool.engine.parallel.decodeContext.value;
}
