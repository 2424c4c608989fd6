import type { Model } from "../catalog/facts.ts";
import { divisors } from "../deployment/divisors.ts";
import { engineNames } from "../deployment/engine-names.ts";
import { message } from "../deployment/message.ts";
import { finding, partsOfProduct } from "./finding.ts";
import { setFlagFix, setSizeFix, switchOnFix } from "./flag-fix.ts";
import { flagSwitch } from "./flag-number.ts";
import { isLeftOut, whereWhole } from "./flag-text.ts";
import { knownGpu, knownModel, modelNamedHere } from "./known.ts";
import { gpusAsked, ranksOf, sizeRanges, splitsEvenly } from "./layout.ts";
import { flagOf, placeOf } from "./place.ts";
import { type Finding, laidOutEngines, type Rule, type RuleContext, type Severity } from "./rule.ts";

const code = "heads-divisible";

export const headsDivisible: Rule = {
  code,
  severity: "error",
  summary: "TP, or TP × SP, does not divide the model's attention heads.",
  facts: ["VP01", "VP04", "VD10", "AS09"],
  engines: laidOutEngines,
  check(context) {
    const model = knownModel(context.deployment);
    const { parallel } = context.pool.engine;
    const tensor = parallel.tensor.value;
    const sequence = parallel.sequence.value;
    // Read on its own: a size that may come from elsewhere does not make a wrong one right.
    if (!model || parallel.unreadable.has("tensor") || tensor < 1 || !splitsEvenly(parallel)) return [];
    if (model.heads % tensor !== 0) return [wrongTensor(context, model, tensor)];
    // What else must divide is not known of TensorRT-LLM's layers.
    if (context.deployment.engine === "tensorrt-llm") return [];
    if (!parallel.unreadable.has("sequence") && sequence > 1 && model.heads % (tensor * sequence) !== 0)
      return [wrongSequence(context, model, tensor, sequence)];
    const part = unevenPart(model, tensor);
    if (part) return [wrongPart(context, model, tensor, part)];
    if (context.deployment.engine !== "vllm") return [];
    const experts = splitExperts(context, model);
    return experts ? [experts] : [];
  },
};

function wrongTensor(context: RuleContext, model: Model, tensor: number): Finding {
  const sizes = divisors([model.heads], 64).filter((size) => size <= Math.max(8, 2 * tensor));
  const engine = engineNames[context.deployment.engine];
  const severity = severityOf(context);
  return finding(
    code,
    severity,
    tensorPlace(context),
    severity === "error"
      ? message(
          "{0} attention heads cannot be split by TP {1}. {3} would stop at start. Sizes that divide: {2}.",
          model.heads,
          tensor,
          sizes.join(", "),
          engine,
        )
      : message(
          "{0} attention heads cannot be split evenly by TP {1}, which {3} expects. Sizes that divide: {2}.",
          model.heads,
          tensor,
          sizes.join(", "),
          engine,
        ),
    { related: [modelNamedHere(context.deployment)], fixes: tensorFixes(context, sizes, tensor) },
  );
}

/** SGLang's layers assert it in every release read, and pad heads on a CPU alone; TensorRT-LLM's were not read. */
function severityOf({ deployment, pool, catalog }: RuleContext): Severity {
  if (deployment.engine === "vllm") return "error";
  const device = pool.engine.flags.get("device")?.value?.value ?? "cuda";
  const isGpu = pool.hardware.resource === "nvidia.com/gpu" || knownGpu(pool, catalog)?.vendor === "nvidia";
  return deployment.engine === "sglang" && isGpu && device === "cuda" ? "error" : "warning";
}

/** AS09: the plugin floors heads / TP / SP and drops the rest without a word. */
function wrongSequence(context: RuleContext, model: Model, tensor: number, sequence: number): Finding {
  const { deployment, pool } = context;
  const sizes = divisors([model.heads / tensor], 64).filter((size) => size <= Math.max(8, 2 * sequence));
  const name = "ulysses-sequence-parallel-size";
  const best = nearest(sizes, sequence, gpusFor(context, tensor));
  return finding(
    code,
    "error",
    placeOf(deployment, pool.engine.parallel.sequence, flagOf(pool, name)),
    message(
      "{0} attention heads cannot be split by TP {1} × SP {2} = {3}. The plugin would drop heads and compute wrong results. SP sizes that divide: {4}.",
      model.heads,
      tensor,
      sequence,
      tensor * sequence,
      sizes.join(", "),
    ),
    {
      related: [modelNamedHere(context.deployment)],
      fixes: best.map((size, index) => setFlagFix(pool, name, String(size), undefined, index === 0)),
    },
  );
}

/** VP04: what else a tensor-parallel layer must split evenly. Only where our facts cover the whole architecture. */
function unevenPart(model: Model, tensor: number): { readonly name: string; readonly amount: number } | undefined {
  if (model.approximate || model.mla || model.recurrent) return undefined;
  const { kvHeads, intermediate } = model;
  if (kvHeads >= tensor ? kvHeads % tensor !== 0 : tensor % kvHeads !== 0) return { name: "key-value heads", amount: kvHeads };
  if (!model.moe && intermediate % tensor !== 0) return { name: "MLP columns", amount: intermediate };
  return undefined;
}

/** VD10: without expert parallelism each expert is split over TP × PCP × DP, and every release read since 0.9.2 asserts that it divides. */
function splitExperts({ deployment, pool }: RuleContext, { moe, approximate }: Model): Finding | undefined {
  const ranks = ranksOf(pool.engine.parallel);
  const whole = flagSwitch(pool, "enable-expert-parallel") !== false && !isLeftOut({ deployment, pool }, "enable-expert-parallel");
  if (!moe || approximate || !ranks || whole) return undefined;
  const over = ranks.tensor * ranks.context * ranks.data;
  if (moe.intermediate % over === 0) return undefined;
  return finding(
    code,
    whereWhole("error", deployment),
    placeOf(deployment, pool.engine.parallel.tensor, flagOf(pool, "tensor-parallel-size")),
    message(
      "{0} columns of each expert cannot be split over {1} ranks. vLLM would stop while it builds the model; with --enable-expert-parallel each rank holds whole experts.",
      moe.intermediate,
      over,
    ),
    {
      related: [modelNamedHere(deployment), ...partsOfProduct(sizeRanges(pool.engine.parallel))],
      fixes: [switchOnFix(pool, "enable-expert-parallel", message("Keep whole experts on each rank"), true)],
    },
  );
}

function wrongPart(context: RuleContext, model: Model, tensor: number, part: { readonly name: string; readonly amount: number }): Finding {
  const sizes = divisors([model.heads], 64).filter((size) => size <= Math.max(8, 2 * tensor) && !unevenPart(model, size));
  return finding(
    code,
    severityOf(context),
    tensorPlace(context),
    message(
      '{0} {1} cannot be split by TP {2}. {4} would stop while it builds the model: "is not divisible by". Sizes that divide: {3}.',
      part.amount,
      part.name,
      tensor,
      sizes.join(", "),
      engineNames[context.deployment.engine],
    ),
    { related: [modelNamedHere(context.deployment)], fixes: tensorFixes(context, sizes, tensor) },
  );
}

function tensorFixes(context: RuleContext, sizes: readonly number[], tensor: number) {
  const { pool } = context;
  const asked = gpusAsked(pool);
  const ranks = ranksOf(pool.engine.parallel);
  const wanted = asked && ranks ? asked / (ranks.product / ranks.tensor) : undefined;
  return nearest(sizes, tensor, wanted).map((size, index) => setSizeFix(context, "tensor", size, index === 0));
}

/** The size that fills the GPUs asked for, then the next larger, then the next smaller one. */
function nearest(sizes: readonly number[], current: number, wanted: number | undefined): readonly number[] {
  const larger = sizes.find((size) => size > current);
  const smaller = sizes.findLast((size) => size < current);
  const filling = wanted !== undefined && sizes.includes(wanted) ? wanted : undefined;
  return [...new Set([filling, larger, smaller].filter((size) => size !== undefined))];
}

function gpusFor({ pool }: RuleContext, tensor: number): number | undefined {
  const asked = gpusAsked(pool);
  return asked === undefined ? undefined : asked / tensor;
}

function tensorPlace({ deployment, pool }: RuleContext) {
  return placeOf(deployment, pool.engine.parallel.tensor, flagOf(pool, "tensor-parallel-size"));
}
