import type { Flag } from "../deployment/deployment.ts";
import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { removeFlagFix } from "./flag-fix.ts";
import { flagInteger } from "./flag-number.ts";
import { flagText } from "./flag-text.ts";
import { flagOf } from "./place.ts";
import { refusal } from "./refusal.ts";
import type { Rule, RuleContext } from "./rule.ts";
import { attentionGroups, switchedOn } from "./written-sizes.ts";

const code = "lmcache";

export const lmcache: Rule = {
  code,
  severity: "error",
  summary: "LMCache is switched on beside something that it does not go with.",
  facts: ["SS07"],
  engines: ["sglang"],
  check(context) {
    const { pool } = context;
    const flag = switchedOn(pool, "enable-lmcache");
    const severity = refusal(context, { since: "0.5.23" });
    const other = excludedFlag(context);
    if (!flag || !severity || !other) return [];
    return [
      finding(
        code,
        severity,
        other.flagRange,
        message("LMCache does not go with {0}. SGLang stops at start from 0.5.23 on.", other.spelled),
        {
          related: [{ range: flag.flagRange, message: message("LMCache is switched on here") }],
          fixes: [removeFlagFix(pool, other, true), removeFlagFix(pool, flag)],
        },
      ),
    ];
  },
};

/** The first that is written of what excludes it. */
function excludedFlag(context: RuleContext): Flag | undefined {
  const { pool } = context;
  const groups = attentionGroups(context);
  const mode = flagText(pool, "disaggregation-mode");
  const ranks = flagInteger(pool, "dcp-size");
  return [
    switchedOn(pool, "enable-hierarchical-cache"),
    switchedOn(pool, "disable-radix-cache"),
    switchedOn(pool, "enable-streaming-session"),
    flagText(pool, "speculative-algorithm")?.flag,
    groups && groups.value > 1 ? (flagOf(pool, "attn-dp-size") ?? flagOf(pool, "enable-dp-attention")) : undefined,
    ranks && ranks.value > 1 ? flagOf(pool, "dcp-size") : undefined,
    mode && mode.value !== "null" ? mode.flag : undefined,
  ].find((one) => one !== undefined);
}
