import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { removeFlagFix, setFlagFix } from "./flag-fix.ts";
import { flagInteger, flagSwitch } from "./flag-number.ts";
import { flagText } from "./flag-text.ts";
import { flagOf } from "./place.ts";
import { refusal } from "./refusal.ts";
import type { Finding, RuleContext } from "./rule.ts";
import { isNotGiven } from "./written-sizes.ts";

const code = "lora";

/** SS13, SS14: checked where adapters are switched on, by the switch or by being named. */
export function sglangLora(context: RuleContext): readonly Finding[] {
  const { pool } = context;
  const on = flagSwitch(pool, "enable-lora");
  if (on === false || (on !== true && !flagOf(pool, "lora-paths"))) return [];
  return [shapes(context), loaded(context), speculation(context)].filter((one) => one !== undefined);
}

/** Without adapters to look at, the engine must be told how large they may be. */
function shapes(context: RuleContext): Finding | undefined {
  const { pool } = context;
  const flag = flagOf(pool, "enable-lora");
  const severity = refusal(context, { since: "0.4.10" });
  const missing = ["max-lora-rank", "lora-target-modules"].filter((name) => isNotGiven(context, name));
  if (!flag || !severity || !isNotGiven(context, "lora-paths") || missing.length === 0) return undefined;
  return finding(
    code,
    severity,
    flag.flagRange,
    message("Without --lora-paths the engine needs --max-lora-rank and --lora-target-modules. SGLang would stop at start."),
    {
      fixes:
        missing.length === 1 && missing[0] === "lora-target-modules"
          ? [setFlagFix(pool, "lora-target-modules", "all", undefined, true)]
          : [],
    },
  );
}

function loaded(context: RuleContext): Finding | undefined {
  const { pool } = context;
  const most = flagInteger(pool, "max-loaded-loras");
  const atOnce = flagInteger(pool, "max-loras-per-batch");
  const needed = atOnce?.value ?? (isNotGiven(context, "max-loras-per-batch") ? 8 : undefined);
  const severity = refusal(context, { since: "0.5.3" });
  if (!most || needed === undefined || most.value >= needed || !severity) return undefined;
  return finding(
    code,
    severity,
    most.range,
    message(
      "max-loaded-loras {0} is below max-loras-per-batch {1}: what a batch uses must be loaded. SGLang would stop at start.",
      most.value,
      needed,
    ),
    {
      related: [{ range: atOnce?.range, message: message("max-loras-per-batch is set here") }],
      fixes: [setFlagFix(pool, "max-loaded-loras", String(needed), undefined, true)],
    },
  );
}

const widened = /^(NGRAM|EAGLE3?|NEXTN|DFLASH|DSPARK|NONE)$/i;

/** NGRAM alone from 0.5.7 to 0.5.18, some more since 0.5.20. */
function speculation(context: RuleContext): Finding | undefined {
  const { pool } = context;
  const draft = flagText(pool, "speculative-algorithm");
  if (!draft) return undefined;
  const older = /^(NGRAM|NONE)$/i.test(draft.value) ? undefined : refusal(context, { since: "0.5.7", until: "0.5.18" });
  const newer = widened.test(draft.value) ? undefined : refusal(context, { since: "0.5.20" });
  const severity = older === "error" ? older : newer;
  if (!severity) return undefined;
  return finding(
    code,
    severity,
    draft.range,
    older === "error"
      ? message("With adapters this SGLang speculates by NGRAM alone, not by {0}. It would stop at start.", draft.value)
      : message(
          "With adapters SGLang speculates by NGRAM, EAGLE, NEXTN, EAGLE3, DFLASH or DSPARK, not by {0}. It would stop at start.",
          draft.value,
        ),
    { fixes: [removeFlagFix(pool, draft.flag, true)] },
  );
}
