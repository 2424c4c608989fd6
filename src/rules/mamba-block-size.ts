import { message } from "../deployment/message.ts";
import { refusedWithFlag } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix } from "./flag-fix.ts";
import { flagInteger, flagSwitch } from "./flag-number.ts";
import { flagOf } from "./place.ts";
import type { Rule } from "./rule.ts";

const code = "mamba-block-size";

export const mambaBlockSize: Rule = {
  code,
  severity: "error",
  summary: "A block size for recurrent states is given while prefix caching is off.",
  facts: ["VM21"],
  engines: ["vllm"],
  check({ pool, settledPool }) {
    const size = flagInteger(pool, "mamba-block-size");
    const flag = flagOf(pool, "mamba-block-size");
    const caching = flagOf(pool, "enable-prefix-caching");
    const severity = refusedWithFlag(pool, "0.11.2");
    // Left alone, the engine decides by model and version whether it caches prefixes.
    if (!size || !flag || !caching || flagSwitch(pool, "enable-prefix-caching") !== false || !severity) return [];
    if (size.value === (flagInteger(pool, "max-model-len")?.value ?? settledPool?.settings.maxModelLen)) return [];
    return [
      finding(
        code,
        severity,
        size.range,
        message("mamba-block-size counts only with prefix caching, which is off. vLLM would stop at start."),
        {
          related: [{ range: caching.flagRange, message: message("prefix caching is switched off here") }],
          fixes: [removeFlagFix(pool, flag, true)],
        },
      ),
    ];
  },
};
