import type { Pool } from "../deployment/deployment.ts";
import { message } from "../deployment/message.ts";
import { refusedSince } from "./certainty.ts";
import { finding } from "./finding.ts";
import { setFlagFix } from "./flag-fix.ts";
import { flagInteger, flagSwitch } from "./flag-number.ts";
import { isAbsent } from "./flag-text.ts";
import type { Rule } from "./rule.ts";
import { sglangBatchOverlap } from "./sglang-batch-overlap.ts";

const code = "dual-batch-overlap";

export const dualBatchOverlap: Rule = {
  code,
  severity: "error",
  summary: "Two batches are to overlap where a threshold is too low, or nothing is exchanged that could be hidden.",
  facts: ["VD17", "SW18"],
  engines: ["vllm", "sglang"],
  check(context) {
    if (context.deployment.engine === "sglang") return sglangBatchOverlap(context);
    const { pool } = context;
    const parts = batches(pool);
    const severity = refusedSince(pool, "0.33.0");
    if (!parts || parts <= 1 || !severity) return [];
    return ["dbo-decode-token-threshold", "dbo-prefill-token-threshold"].flatMap((name) => {
      const threshold = flagInteger(pool, name);
      if (!threshold || threshold.value >= parts) return [];
      return [
        finding(
          code,
          severity,
          threshold.range,
          message(
            "A threshold of {0} lets steps be split that cannot fill {1} batches. vLLM stops at start: it must be at least {1}.",
            threshold.value,
            parts,
          ),
          { fixes: [setFlagFix(pool, name, String(parts), undefined, true)] },
        ),
      ];
    });
  },
};

/** Two with the switch, else as `--ubatch-size` says (0.33.0 config/parallel.py:649). */
function batches(pool: Pool): number | undefined {
  if (flagSwitch(pool, "enable-dbo") === true) return 2;
  const off = flagSwitch(pool, "enable-dbo") === false || isAbsent(pool, "enable-dbo");
  return off ? flagInteger(pool, "ubatch-size")?.value : undefined;
}
