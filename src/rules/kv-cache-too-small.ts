import { gib, whole } from "../catalog/quantity.ts";
import { message } from "../deployment/message.ts";
import { refusedForSure } from "./certainty.ts";
import { finding } from "./finding.ts";
import { gpuNamedHere } from "./known.ts";
import { lengthAbovePool } from "./length-above-pool.ts";
import { smallestChanges } from "./memory-fixes.ts";
import { flagOf, modelPlace, wordOf } from "./place.ts";
import type { Rule } from "./rule.ts";

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
    if (refusal?.kind !== "model-len" || !settledPool || /^(auto|-1)$/.test(flag?.value?.value ?? "")) return [];
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
