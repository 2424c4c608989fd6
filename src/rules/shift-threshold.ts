import { gib, whole } from "../catalog/quantity.ts";
import { message } from "../deployment/message.ts";
import { mixedBatch, shiftCrossover } from "../planning/shift-crossover.ts";
import { arcticUse } from "./arctic.ts";
import { finding } from "./finding.ts";
import { setFlagFix } from "./flag-fix.ts";
import { ranksOf } from "./layout.ts";
import { flagOf, wordOf } from "./place.ts";
import type { Rule } from "./rule.ts";

const code = "shift-threshold";

export const shiftThreshold: Rule = {
  code,
  severity: "warning",
  summary: "What the threshold of Shift Parallelism does, in tokens of a step.",
  facts: ["AS11", "AS12", "AS13"],
  engines: ["vllm"],
  check({ deployment, pool, settled, settledPool, memory }) {
    const flag = flagOf(pool, "shift-parallel-threshold");
    const use = arcticUse(pool);
    const shift = pool.engine.parallel.shift;
    const ranks = ranksOf(pool.engine.parallel);
    if (flag && !use?.shift)
      return [
        finding(
          code,
          "information",
          flag.flagRange,
          message("The threshold has no effect: Shift Parallelism is not switched on (--enable-shift-parallel)."),
          {},
        ),
      ];
    if (!shift || !use || !ranks || ranks.sequence === 1) return [];
    const threshold = shift.value.threshold.value;
    const at = flag ? wordOf(flag) : (use.shiftFlag?.flagRange ?? deployment.anchor);
    const tensor = `TP ${ranks.tensor * ranks.sequence}`;
    const mixed = `TP ${ranks.tensor} × SP ${ranks.sequence}`;
    const budget = settledPool?.settings.maxNumBatchedTokens;
    if (budget !== undefined && threshold >= budget) {
      const copy = memory?.ranks[memory.tightest]?.shiftWeightsBytes ?? 0;
      return [
        finding(
          code,
          "warning",
          at,
          message(
            "A step has at most {0} tokens, so with threshold {1} all run as {2} and {3} is never used; its weights cost {4} a GPU.",
            whole(budget),
            whole(threshold),
            tensor,
            mixed,
            gib(copy),
          ),
          { fixes: [flag ? setFlagFix(pool, "shift-parallel-threshold", "512", undefined, true) : undefined] },
        ),
      ];
    }
    const crossing =
      settled && settledPool && memory?.fits ? shiftCrossover(settled.model, settledPool, budget ?? 8192, mixedBatch) : undefined;
    if (crossing !== undefined && threshold * 1.5 < crossing)
      return [
        finding(
          code,
          "information",
          at,
          message(
            "Threshold {0} sends steps of {1} to {2} tokens to {3}, where they take longer than as {4}. Higher means lower TPOT.",
            whole(threshold),
            whole(threshold + 1),
            whole(crossing),
            mixed,
            tensor,
          ),
          { fixes: [setFlagFix(pool, "shift-parallel-threshold", String(crossing), undefined, true)] },
        ),
      ];
    if (!flag) return [];
    return [
      finding(
        code,
        "information",
        at,
        message(
          "Steps of at most {0} tokens run as {1}, larger ones as {2}. Higher: lower TPOT, less throughput. Lower: better TTFT and throughput, higher TPOT.",
          whole(threshold),
          tensor,
          mixed,
        ),
      ),
    ];
  },
};
