import { gib } from "../catalog/quantity.ts";
import { divisors } from "../deployment/divisors.ts";
import { message } from "../deployment/message.ts";
import { refusedForSure } from "./certainty.ts";
import { finding } from "./finding.ts";
import { askGpusFix, setFlagFix, setFlagsFix } from "./flag-fix.ts";
import { gpusAsked, ranksOf } from "./layout.ts";
import { smallestChanges } from "./memory-fixes.ts";
import { overflowWords, tensorFlag } from "./overflow-words.ts";
import { flagOf, modelPlace, wordOf } from "./place.ts";
import type { Fix, Rule, RuleContext } from "./rule.ts";

const code = "memory-overflow";

export const memoryOverflow: Rule = {
  code,
  severity: "error",
  summary: "Weights and buffers leave no memory for the KV cache.",
  facts: ["VM02", "VM03", "VM06", "SM02", "SM07", "SM08", "TR07", "AS13"],
  engines: ["vllm", "sglang", "tensorrt-llm"],
  check(context) {
    const { memory, pool, deployment, settledPool } = context;
    const rank = memory?.ranks[memory.tightest];
    if (!memory || !rank || !settledPool || memory.refusal?.kind !== "no-kv-memory") return [];
    const sure = refusedForSure(context, ({ refusal }) => refusal?.kind === "no-kv-memory" && refusal.sure);
    const flag = flagOf(pool, tensorFlag[settledPool.budget.engine]);
    return [
      finding(code, sure ? "error" : "warning", flag ? wordOf(flag) : modelPlace(deployment), overflowWords(rank, settledPool, sure), {
        related: [
          { range: deployment.model?.range, message: message("{0} of weights a GPU", gib(rank.weightsBytes)) },
          { range: pool.hardware.gpu?.range, message: message("{0} has {1}", settledPool.gpu.id, gib(rank.totalBytes)) },
        ],
        fixes: fixesFor(context),
      }),
    ];
  },
};

function fixesFor(context: RuleContext): readonly (Fix | undefined)[] {
  const fixes = [sameGpus(context), ...smallestChanges(context), moreGpus(context)].filter((fix) => fix !== undefined);
  return fixes.map((fix, index) => ({ ...fix, preferred: index === 0 }));
}

/** Another split of the same ranks: more TP and less SP holds less of the weights on each GPU. */
function sameGpus({ pool, settled, tryWith }: RuleContext): Fix | undefined {
  const ranks = ranksOf(pool.engine.parallel);
  if (!ranks || settled?.engine !== "vllm" || ranks.sequence === 1) return undefined;
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

/** The smallest larger TP that fits, on idle GPUs first. Where attention replicas divide the group, TP alone says little. */
function moreGpus({ pool, settled, tryWith }: RuleContext): Fix | undefined {
  const ranks = ranksOf(pool.engine.parallel);
  if (!ranks || !settled || (settled.engine !== "vllm" && pool.engine.parallel.attentionData.value > 1)) return undefined;
  const name = tensorFlag[settled.engine];
  const asked = gpusAsked(pool) ?? 0;
  for (const tensor of divisors([settled.model.heads], 16)) {
    if (tensor <= ranks.tensor) continue;
    const plan = tryWith({ [name]: String(tensor) });
    const room = plan?.fits ? plan.ranks[plan.tightest]?.kvCacheBytes : undefined;
    if (room === undefined) continue;
    const gpus = (ranks.product / ranks.tensor) * tensor;
    const sized = setFlagFix(pool, name, String(tensor));
    const grown = gpus > asked && asked > 0 ? askGpusFix(pool, gpus) : undefined;
    if (!sized || (gpus > asked && asked > 0 && !grown)) return undefined;
    const title = message("Use TP {0} on {1} GPUs: leaves {2} for KV cache", tensor, gpus, gib(room));
    return { title, edits: [...sized.edits, ...(grown?.edits ?? [])], preferred: false };
  }
  return undefined;
}
