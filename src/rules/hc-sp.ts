import { message } from "../deployment/message.ts";
import { refusedWithFlag } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix, setSizeFix } from "./flag-fix.ts";
import { flagSwitch } from "./flag-number.ts";
import { flagOf } from "./place.ts";
import type { Rule } from "./rule.ts";

const code = "hc-sp";

export const hcSp: Rule = {
  code,
  severity: "error",
  summary: "Sequence parallelism of hyper-connections is asked for together with a pipeline.",
  facts: ["VP14"],
  engines: ["vllm"],
  check(context) {
    const { pool } = context;
    const flag = flagOf(pool, "enable-hc-sp");
    const severity = refusedWithFlag(pool, "0.33.0");
    const { tensor, pipeline, unreadable } = pool.engine.parallel;
    if (!flag || flagSwitch(pool, "enable-hc-sp") !== true || !severity || unreadable.has("tensor") || unreadable.has("pipeline"))
      return [];
    if (tensor.value <= 1 || pipeline.value <= 1) return [];
    return [
      finding(
        code,
        severity,
        flag.flagRange,
        message("{0} does not go with a pipeline, and PP is {1}. vLLM would stop at start.", flag.spelled, pipeline.value),
        {
          related: [{ range: pipeline.range, message: message("PP is set here") }],
          fixes: [removeFlagFix(pool, flag, true), setSizeFix(context, "pipeline", 1)],
        },
      ),
    ];
  },
};
