import type { Model } from "../catalog/facts.ts";
import { isSized } from "../catalog/weight-format.ts";
import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { setSizeFix, switchOnFix } from "./flag-fix.ts";
import { flagSwitch } from "./flag-number.ts";
import { isLeftOut, whereWhole } from "./flag-text.ts";
import { knownModel, modelNamedHere } from "./known.ts";
import { type Ranks, ranksOf } from "./layout.ts";
import { flagOf, placeOf } from "./place.ts";
import type { Fix, Rule, RuleContext } from "./rule.ts";

const code = "quantized-shard";

export const quantizedShard: Rule = {
  code,
  severity: "error",
  summary: "A tensor-parallel shard of quantised weights does not hold whole blocks of a scale.",
  facts: ["VP04", "VP16", "VD10", "reported refusals"],
  engines: ["vllm"],
  check(context) {
    const { pool, deployment } = context;
    const model = knownModel(deployment);
    const ranks = ranksOf(pool.engine.parallel);
    // What does not divide at all is said elsewhere (VP01, VP04); another method's name makes the engine quantise anew.
    if (!model || !ranks || ranks.tensor === 1 || model.heads % ranks.tensor !== 0 || model.approximate || flagOf(pool, "quantization"))
      return [];
    const block = model.weights.block;
    const uneven = block === undefined ? undefined : unevenPart(context, model, ranks, block);
    if (block === undefined || !uneven) return [];
    return [
      finding(
        code,
        model.moe ? whereWhole("error", deployment) : "error",
        placeOf(deployment, pool.engine.parallel.tensor, flagOf(pool, "tensor-parallel-size")),
        message(
          '{0} {1} over {2} ranks are {3} each, which blocks of {4} do not divide. vLLM would stop while it builds the model: "is not divisible by".',
          uneven.width,
          uneven.name,
          uneven.ranks,
          uneven.width / uneven.ranks,
          block,
        ),
        { related: [modelNamedHere(deployment)], fixes: fixes(context, model, ranks, block) },
      ),
    ];
  },
};

interface Part {
  readonly name: string;
  readonly width: number;
  readonly ranks: number;
}

/** What is split by columns on the way in and by rows on the way out; experts only where they are split at all (VD10). */
function unevenPart(context: RuleContext, model: Model, ranks: Ranks, block: number): Part | undefined {
  return parts(context, model, ranks).find(({ width, ranks: over }) => width % over === 0 && (width / over) % block !== 0);
}

function parts(rule: RuleContext, { moe, intermediate, weights }: Model, { tensor, data, context }: Ranks): readonly Part[] {
  if (!moe) return [{ name: "MLP columns", width: intermediate, ranks: tensor }];
  // Kernels for grouped 4-bit experts differ; blocks of FP8 are checked in every release read.
  const split =
    isSized(weights) &&
    (weights.experts ?? weights).linear === "fp8" &&
    (flagSwitch(rule.pool, "enable-expert-parallel") === false || isLeftOut(rule, "enable-expert-parallel"));
  return split ? [{ name: "columns of each expert", width: moe.intermediate, ranks: tensor * data * context }] : [];
}

/** Whole experts on each rank, or the next smaller TP whose shards hold whole blocks. */
function fixes(context: RuleContext, model: Model, ranks: Ranks, block: number): readonly (Fix | undefined)[] {
  const sizes = Array.from({ length: ranks.tensor - 1 }, (_, index) => ranks.tensor - 1 - index);
  const smaller = sizes.find((tensor) => model.heads % tensor === 0 && !unevenPart(context, model, { ...ranks, tensor }, block));
  const wholeExperts = model.moe
    ? switchOnFix(context.pool, "enable-expert-parallel", message("Keep whole experts on each rank"), true)
    : undefined;
  return [wholeExperts, smaller === undefined ? undefined : setSizeFix(context, "tensor", smaller, wholeExperts === undefined)];
}
