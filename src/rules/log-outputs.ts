import { message } from "../deployment/message.ts";
import { refusedSince, refusedWithFlag } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix, setFlagFix } from "./flag-fix.ts";
import { flagInteger, flagSwitch } from "./flag-number.ts";
import { isLeftOut, whereWhole } from "./flag-text.ts";
import { flagOf } from "./place.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";
import { engineAlone } from "./unknown-flag.ts";

const code = "log-outputs";

export const logOutputs: Rule = {
  code,
  severity: "error",
  summary: "Something is to be logged or kept alive that needs another switch, or the contrary of one.",
  facts: ["VF05"],
  engines: ["vllm"],
  check(context) {
    if (!engineAlone(context.deployment)) return [];
    return [outputs(context), metrics(context), keepAlive(context)].filter((one) => one !== undefined);
  },
};

/** From 0.11.2 on; 0.10.2 had both flags and did not ask. */
function outputs(context: RuleContext): Finding | undefined {
  const { pool } = context;
  const flag = flagOf(pool, "enable-log-outputs");
  const severity = refusedSince(pool, "0.11.2");
  const off = flagSwitch(pool, "enable-log-requests") === false || isLeftOut(context, "enable-log-requests");
  if (!flag || flagSwitch(pool, "enable-log-outputs") !== true || !off || !severity) return undefined;
  return finding(
    code,
    whereWhole(severity, context.deployment),
    flag.flagRange,
    message("{0} needs --enable-log-requests. vLLM would stop at start.", flag.spelled),
    {
      related: [{ range: flagOf(pool, "enable-log-requests")?.flagRange, message: message("requests are kept out of the log here") }],
      fixes: [removeFlagFix(pool, flag, true)],
    },
  );
}

function metrics({ pool }: RuleContext): Finding | undefined {
  const flag = flagOf(pool, "enable-per-request-metrics");
  const quiet = flagOf(pool, "disable-log-stats");
  const severity = refusedWithFlag(pool, "0.26.0");
  if (!flag || !quiet || !severity) return undefined;
  if (flagSwitch(pool, "enable-per-request-metrics") !== true || flagSwitch(pool, "disable-log-stats") !== true) return undefined;
  return finding(
    code,
    severity,
    flag.flagRange,
    message("{0} needs the engine's statistics, which {1} switches off. vLLM would stop at start.", flag.spelled, quiet.spelled),
    {
      related: [{ range: quiet.flagRange, message: message("switched off here") }],
      fixes: [removeFlagFix(pool, quiet, true), removeFlagFix(pool, flag)],
    },
  );
}

function keepAlive({ pool }: RuleContext): Finding | undefined {
  const seconds = flagInteger(pool, "sse-keep-alive-interval");
  const severity = refusedSince(pool, "0.33.0");
  if (!seconds || seconds.value >= 0 || !severity) return undefined;
  return finding(
    code,
    severity,
    seconds.range,
    message("sse-keep-alive-interval must not be negative; 0 sends none. vLLM would stop at start."),
    {
      fixes: [setFlagFix(pool, "sse-keep-alive-interval", "0", undefined, true)],
    },
  );
}
