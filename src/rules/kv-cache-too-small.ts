import { gib, whole } from "../catalog/quantity.ts";
import { message } from "../deployment/message.ts";
import { refusedForSure } from "./certainty.ts";
import { finding } from "./finding.ts";
import { gpuNamedHere } from "./known.ts";
import { lengthAbovePool } from "./length-above-pool.ts";
import { smallestChanges } from "./memory-fixes.ts";
import { flagOf, modelPlace, wordOf } from "./place.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";

const code = "kv-cache-too-small";

export const kvCacheTooSmall: Rule = {
  code,
  severity: "error",
  summary: "One request of max-model-len does not fit into the KV cache.",
  facts: ["VM07", "VM08", "VM09", "VM10", "VM11", "VM12", "SM07", "TR07"],
  engines: ["vllm", "sglang", "tensorrt-llm"],
  check(context) {
    const { memory, pool, deployment, settledPool } = context;
    if (settledPool && settledPool.budget.engine !== "vllm") return [lengthAbovePool(code, context)].filter((one) => one !== undefined);
    const refusal = memory?.refusal;
    const flag = flagOf(pool, "max-model-len");
    // "auto" and -1 shrink to what fits (VS04).
    if (!settledPool || /^(auto|-1)$/.test(flag?.value?.value ?? "")) return [];
    if (!refusal) return isCloseCall(context) ? [closeCall(context)] : [];
    if (refusal.kind !== "model-len") return [];
    const sure = refusedForSure(context, (plan) => plan.refusal?.sure === true);
    const longest = Math.floor(refusal.longest);
    const wanted = settledPool.settings.maxModelLen;
    const text = sure
      ? message(
          "One request of {0} tokens needs {1} of KV cache per GPU, but {2} are left. vLLM would stop at start; {3} is the longest that fits.",
          whole(wanted),
          gib(refusal.neededBytes),
          gib(refusal.availableBytes),
          whole(longest),
        )
      : message(
          "One request of {0} tokens needs {1} of KV cache per GPU, and about {2} are left. vLLM may stop at start; about {3} is the longest that fits.",
          whole(wanted),
          gib(refusal.neededBytes),
          gib(refusal.availableBytes),
          whole(longest),
        );
    return [
      finding(code, sure ? "error" : "warning", flag ? wordOf(flag) : modelPlace(deployment), text, {
        related: [gpuNamedHere(pool)],
        fixes: smallestChanges(context).map((fix, index) => ({ ...fix, preferred: index === 0 })),
      }),
    ];
  },
};

function closeCall({ memory, settledPool, pool, deployment }: RuleContext): Finding {
  const flag = flagOf(pool, "max-model-len");
  const text = message(
    "About {0} of KV cache are left per GPU, little more than one request of {1} tokens needs, and memory of this model is told only roughly. vLLM may stop at start.",
    gib(memory?.ranks[memory.tightest]?.kvCacheBytes ?? 0),
    whole(settledPool?.settings.maxModelLen ?? 0),
  );
  return finding(code, "warning", flag ? wordOf(flag) : modelPlace(deployment), text, { related: [gpuNamedHere(pool)] });
}

/** Share of a card by which sums of models that are counted from few facts are often off. */
const roughShare = 0.03;

/** A model counted from few facts would be refused with a little less of the card. */
function isCloseCall({ memory, settled, settledPool, tryWith }: RuleContext): boolean {
  if (settled?.model.approximate !== true || memory?.fits !== true || settledPool?.budget.engine !== "vllm") return false;
  const { gpuMemoryUtilization, kvCacheMemoryBytes } = settledPool.budget;
  if (kvCacheMemoryBytes !== null) return false;
  return tryWith({ "gpu-memory-utilization": (gpuMemoryUtilization - roughShare).toFixed(3) })?.fits === false;
}
