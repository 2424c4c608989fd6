import { gib } from "../catalog/quantity.ts";
import { type Message, message } from "../deployment/message.ts";
import type { RankMemory } from "../memory/plan.ts";
import { refusedForSure } from "./certainty.ts";
import { finding } from "./finding.ts";
import { askGpusFix, setFlagFix, setFlagsFix } from "./flag-fix.ts";
import { divisors, gpusAsked, ranksOf } from "./layout.ts";
import { smallestChanges } from "./memory-fixes.ts";
import { flagOf, modelPlace, wordOf } from "./place.ts";
import type { Fix, Rule, RuleContext } from "./rule.ts";

const code = "memory-overflow";

export const memoryOverflow: Rule = {
  code,
  severity: "error",
  summary: "Weights and buffers leave no memory for the KV cache.",
  facts: ["VM02", "VM03", "VM06", "AS13"],
  engines: ["vllm"],
  check(context) {
    const { memory, pool, deployment, settledPool } = context;
    const rank = memory?.ranks[memory.tightest];
    if (!memory || !rank || !settledPool || memory.refusal?.kind !== "no-kv-memory") return [];
    const sure = refusedForSure(context, ({ refusal }) => refusal?.kind === "no-kv-memory" && refusal.sure);
    const flag = flagOf(pool, "tensor-parallel-size");
    return [
      finding(code, sure ? "error" : "warning", flag ? wordOf(flag) : modelPlace(deployment), words(rank, settledPool.gpu.id, sure), {
        related: [
          { range: deployment.model?.range, message: message("{0} of weights a GPU", gib(rank.weightsBytes)) },
          { range: pool.hardware.gpu?.range, message: message("{0} has {1}", settledPool.gpu.id, gib(rank.totalBytes)) },
        ],
        fixes: fixesFor(context),
      }),
    ];
  },
};

function words(rank: RankMemory, gpu: string, sure: boolean): Message {
  const buffers = rank.activationBytes + rank.nonTorchBytes + (rank.cudaGraphInBudget ? rank.cudaGraphBytes : 0);
  const needs = rank.weightsBytes + rank.shiftWeightsBytes + buffers;
  if (!sure)
    return message(
      'Needs about {0} per GPU (weights {1}, buffers {2}), and the budget on {3} is {4}. vLLM may stop at start: "No available memory for the cache blocks".',
      gib(needs),
      gib(rank.weightsBytes + rank.shiftWeightsBytes),
      gib(buffers),
      gpu,
      gib(rank.budgetBytes),
    );
  if (rank.shiftWeightsBytes > 0)
    return message(
      'Needs {0} per GPU (weights {1}, Shift copy {2}, buffers {3}), but the budget on {4} is {5}. vLLM would stop at start: "No available memory for the cache blocks".',
      gib(needs),
      gib(rank.weightsBytes),
      gib(rank.shiftWeightsBytes),
      gib(buffers),
      gpu,
      gib(rank.budgetBytes),
    );
  return message(
    'Needs {0} per GPU (weights {1}, buffers {2}), but the budget on {3} is {4}. vLLM would stop at start: "No available memory for the cache blocks".',
    gib(needs),
    gib(rank.weightsBytes),
    gib(buffers),
    gpu,
    gib(rank.budgetBytes),
  );
}

function fixesFor(context: RuleContext): readonly (Fix | undefined)[] {
  const fixes = [sameGpus(context), ...smallestChanges(context), moreGpus(context)].filter((fix) => fix !== undefined);
  return fixes.map((fix, index) => ({ ...fix, preferred: index === 0 }));
}

/** Another split of the same ranks: more TP and less SP holds less of the weights on each GPU. */
function sameGpus({ pool, settled, tryWith }: RuleContext): Fix | undefined {
  const ranks = ranksOf(pool.engine.parallel);
  if (!ranks || !settled || ranks.sequence === 1) return undefined;
  const ways = ranks.tensor * ranks.sequence;
  for (const tensor of divisors([ways, settled.model.heads], ways)) {
    if (tensor <= ranks.tensor || tensor === ways) continue;
    const sizes = { "tensor-parallel-size": String(tensor), "ulysses-sequence-parallel-size": String(ways / tensor) };
    const plan = tryWith(sizes);
    const room = plan?.fits ? plan.ranks[plan.tightest]?.kvCacheBytes : undefined;
    if (room !== undefined)
      return setFlagsFix(pool, sizes, message("Use TP {0} × SP {1}: leaves {2} for KV cache", tensor, ways / tensor, gib(room)));
  }
  return undefined;
}

/** The smallest larger TP that fits, on idle GPUs first. */
function moreGpus({ pool, settled, tryWith }: RuleContext): Fix | undefined {
  const ranks = ranksOf(pool.engine.parallel);
  if (!ranks || !settled) return undefined;
  const asked = gpusAsked(pool) ?? 0;
  for (const tensor of divisors([settled.model.heads], 16)) {
    if (tensor <= ranks.tensor) continue;
    const plan = tryWith({ "tensor-parallel-size": String(tensor) });
    const room = plan?.fits ? plan.ranks[plan.tightest]?.kvCacheBytes : undefined;
    if (room === undefined) continue;
    const gpus = (ranks.product / ranks.tensor) * tensor;
    const sized = setFlagFix(pool, "tensor-parallel-size", String(tensor));
    const grown = gpus > asked && asked > 0 ? askGpusFix(pool, gpus) : undefined;
    if (!sized || (gpus > asked && asked > 0 && !grown)) return undefined;
    const title = message("Use TP {0} on {1} GPUs: leaves {2} for KV cache", tensor, gpus, gib(room));
    return { title, edits: [...sized.edits, ...(grown?.edits ?? [])], preferred: false };
  }
  return undefined;
}
