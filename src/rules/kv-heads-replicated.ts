import { kib } from "../catalog/quantity.ts";
import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { knownModel } from "./known.ts";
import { ranksOf } from "./layout.ts";
import { flagOf, placeOf } from "./place.ts";
import type { Rule } from "./rule.ts";

const code = "kv-heads-replicated";

export const kvHeadsReplicated: Rule = {
  code,
  severity: "warning",
  summary: "More ranks share the KV heads than there are heads, so GPUs hold copies of the same keys and values.",
  facts: ["VP02", "VP03", "AS10"],
  check({ deployment, pool }) {
    const model = knownModel(deployment);
    const ranks = ranksOf(pool.engine.parallel);
    if (!model || !ranks || model.heads % (ranks.tensor * ranks.sequence) !== 0) return [];
    const split = ranks.tensor * ranks.sequence;
    if (split === 1) return [];
    const sequence = ranks.sequence > 1;
    const flag = flagOf(pool, sequence ? "ulysses-sequence-parallel-size" : "tensor-parallel-size");
    const at = placeOf(deployment, sequence ? pool.engine.parallel.sequence : pool.engine.parallel.tensor, flag);
    const layout = sequence ? `TP ${ranks.tensor} × SP ${ranks.sequence}` : `TP ${ranks.tensor}`;
    const contextSize = pool.engine.parallel.decodeContext.value;
    if (model.mla) {
      if (contextSize >= split) return [];
      return [
        finding(
          code,
          "information",
          at,
          message(
            "This model keeps one latent per token and layer, which {0} cannot split: {1} GPUs hold the same KV cache. Data-parallel attention would hold {1} times as many tokens.",
            layout,
            Math.floor(split / contextSize),
          ),
        ),
      ];
    }
    if (split <= model.kvHeads * contextSize || model.kvHeads === 0) return [];
    const local = Math.max(1, Math.floor(model.kvHeads / ranks.tensor));
    if (sequence && ranks.sequence % local !== 0 && local % ranks.sequence !== 0)
      return [
        finding(
          code,
          "warning",
          at,
          message(
            "{0} KV heads per TP rank cannot be copied evenly to SP {1}; the plugin repeats each head SP / KV heads times.",
            local,
            ranks.sequence,
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
          Math.floor(split / model.kvHeads / contextSize),
          kib(2 * model.fullAttentionLayers * model.headDim * 2),
        ),
      ),
    ];
  },
};
