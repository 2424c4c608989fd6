import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { removeFlagFix } from "./flag-fix.ts";
import { flagText } from "./flag-text.ts";
import { refusal } from "./refusal.ts";
import type { Rule } from "./rule.ts";
import { disaggregationMode } from "./written-sizes.ts";

const code = "speculative-pipeline";

export const speculativePipeline: Rule = {
  code,
  severity: "error",
  summary: "Speculative decoding is asked for together with pipeline stages.",
  facts: ["SS03"],
  engines: ["sglang"],
  check(context) {
    const { pool } = context;
    const draft = flagText(pool, "speculative-algorithm");
    const { pipeline, unreadable } = pool.engine.parallel;
    if (!draft || draft.value === "" || /^none$/i.test(draft.value) || unreadable.has("pipeline") || pipeline.value <= 1) return [];
    // A switch of its own lets newer releases try.
    if (pool.engine.environment.has("SGLANG_ENABLE_PP_SPEC")) return [];
    const mode = disaggregationMode(context);
    const isPrefill = mode === "prefill" && /^(EAGLE|NEXTN|DSPARK)$/i.test(draft.value);
    const older = refusal(context, { since: "0.4.10", until: "0.5.18" });
    const newer = mode === undefined || isPrefill ? undefined : refusal(context, { since: "0.5.23" });
    const severity = older === "error" ? older : newer;
    if (!severity) return [];
    return [
      finding(
        code,
        severity,
        draft.range,
        older === "error"
          ? message("Speculation does not go with a pipeline, and PP is {0}. SGLang would stop at start.", pipeline.value)
          : message("With PP {0}, only a prefill worker may speculate, by EAGLE. SGLang would stop at start.", pipeline.value),
        {
          related: [{ range: pipeline.range, message: message("PP is set here") }],
          fixes: [removeFlagFix(pool, draft.flag, true)],
        },
      ),
    ];
  },
};
