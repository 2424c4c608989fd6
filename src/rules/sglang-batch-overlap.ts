import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { removeFlagFix } from "./flag-fix.ts";
import { flagText } from "./flag-text.ts";
import { refusal } from "./refusal.ts";
import type { Finding, RuleContext } from "./rule.ts";
import { attentionGroups, isNotGiven, switchedOn } from "./written-sizes.ts";

/** SW18: one batch's exchange hides behind another's computation, so there must be an exchange: of experts, or since 0.5.15 of attention replicas. */
export function sglangBatchOverlap(context: RuleContext): readonly Finding[] {
  const { pool } = context;
  const flag = switchedOn(pool, "enable-two-batch-overlap");
  const exchange = flagText(pool, "moe-a2a-backend");
  const isWithout = exchange
    ? exchange.value === "none"
    : isNotGiven(context, "moe-a2a-backend") && isNotGiven(context, "enable-deepep-moe");
  if (!flag || !isWithout || !isNotGiven(context, "enable-deepep-waterfill") || !isNotGiven(context, "enable-waterfill")) return [];
  const groups = attentionGroups(context);
  const older = refusal(context, { since: "0.5.7", until: "0.5.12" });
  const newer = groups && groups.value === 1 ? refusal(context, { since: "0.5.15" }) : undefined;
  const severity = older === "error" ? older : newer;
  if (!severity) return [];
  return [
    finding(
      "dual-batch-overlap",
      severity,
      flag.flagRange,
      older === "error"
        ? message("Two batches overlap in the exchange of the experts, and --moe-a2a-backend names none. SGLang would stop at start.")
        : message("Two batches overlap in an exchange: --moe-a2a-backend or attention replicas are missing. SGLang would stop at start."),
      { fixes: [removeFlagFix(pool, flag, true)] },
    ),
  ];
}
