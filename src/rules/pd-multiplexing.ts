import type { Flag } from "../deployment/deployment.ts";
import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { removeFlagFix, setFlagFix, switchOnFix } from "./flag-fix.ts";
import { flagInteger } from "./flag-number.ts";
import { flagText } from "./flag-text.ts";
import { refusal } from "./refusal.ts";
import type { Finding, Rule, RuleContext, Severity } from "./rule.ts";
import { isNotGiven, isOff, switchedOn } from "./written-sizes.ts";

const code = "pd-multiplexing";

export const pdMultiplexing: Rule = {
  code,
  severity: "error",
  summary: "Prefill and decode are to share a GPU in a set-up that the engine refuses for it.",
  facts: ["SS04"],
  engines: ["sglang"],
  check(context) {
    const flag = switchedOn(context.pool, "enable-pdmux");
    const severity = refusal(context, { since: "0.5.5" });
    if (!flag || !severity) return [];
    const found = excluded(context, flag, severity) ?? chunks(context, flag, severity) ?? overlap(context, flag);
    return found ? [found] : [];
  },
};

/** A pipeline, or workers of one kind alone. */
function excluded({ pool }: RuleContext, flag: Flag, severity: Severity): Finding | undefined {
  const stages = flagInteger(pool, "pp-size");
  const mode = flagText(pool, "disaggregation-mode");
  const other = stages && stages.value > 1 ? pool.engine.flags.get("pp-size") : mode && mode.value !== "null" ? mode.flag : undefined;
  if (!other) return undefined;
  return finding(
    code,
    severity,
    flag.flagRange,
    message("{0} does not go with {1}. SGLang would stop at start.", flag.spelled, other.spelled),
    {
      related: [{ range: other.flagRange, message: message("it is set here") }],
      fixes: [removeFlagFix(pool, flag, true)],
    },
  );
}

/** Chunks are on unless told otherwise, here or by the model's own defaults. */
function chunks(context: RuleContext, flag: Flag, severity: Severity): Finding | undefined {
  const { pool } = context;
  const size = flagInteger(pool, "chunked-prefill-size");
  if (size ? size.value === -1 : !isNotGiven(context, "chunked-prefill-size")) return undefined;
  return finding(
    code,
    size ? severity : "warning",
    size?.range ?? flag.flagRange,
    message("{0} needs whole prompts: --chunked-prefill-size -1. SGLang would stop at start.", flag.spelled),
    { fixes: [setFlagFix(pool, "chunked-prefill-size", "-1", undefined, true)] },
  );
}

/** Some models and devices switch it off by themselves. */
function overlap(context: RuleContext, flag: Flag): Finding | undefined {
  const { pool } = context;
  if (!isOff(context, "disable-overlap-schedule")) return undefined;
  return finding(
    code,
    "warning",
    flag.flagRange,
    message("{0} needs --disable-overlap-schedule. SGLang stops at start where nothing else switches it off.", flag.spelled),
    { fixes: [switchOnFix(pool, "disable-overlap-schedule", message("Add {0}", "--disable-overlap-schedule"), true)] },
  );
}
