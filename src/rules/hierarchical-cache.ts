import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { removeFlagFix, setFlagFix } from "./flag-fix.ts";
import { flagText } from "./flag-text.ts";
import { refusal } from "./refusal.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";
import { disaggregationMode, isNotGiven, switchedOn } from "./written-sizes.ts";

const code = "hierarchical-cache";

export const hierarchicalCache: Rule = {
  code,
  severity: "error",
  summary: "The cache's levels on host and storage are asked for without what they need, or beside what they exclude.",
  facts: ["SS05", "SS06", "SS10"],
  engines: ["sglang"],
  check(context) {
    return [withoutRadix(context), buffer(context), ...offload(context)].filter((one) => one !== undefined);
  },
};

/** SS05. */
function withoutRadix(context: RuleContext): Finding | undefined {
  const { pool } = context;
  const levels = switchedOn(pool, "enable-hierarchical-cache");
  const radix = switchedOn(pool, "disable-radix-cache");
  const severity = refusal(context, { since: "0.5.3" });
  if (!levels || !radix || !severity) return undefined;
  return finding(
    code,
    severity,
    radix.flagRange,
    message(
      "{0} and {1} exclude each other: the levels keep what the radix cache finds again. SGLang would stop at start.",
      levels.spelled,
      radix.spelled,
    ),
    {
      related: [{ range: levels.flagRange, message: message("the levels are switched on here") }],
      fixes: [removeFlagFix(pool, radix, true), removeFlagFix(pool, levels)],
    },
  );
}

/** SS06: checked where the levels are in use. */
function buffer(context: RuleContext): Finding | undefined {
  const { pool } = context;
  const mode = flagText(pool, "hicache-host-memory-mode");
  const severity = refusal(context, { since: "0.5.20" });
  if (mode?.value !== "buffer_only" || !severity || !switchedOn(pool, "enable-hierarchical-cache")) return undefined;
  if (isNotGiven(context, "hicache-storage-backend"))
    return finding(
      code,
      severity,
      mode.range,
      message("With buffer_only the host keeps nothing, so --hicache-storage-backend must say what does. SGLang would stop at start."),
      { fixes: [setFlagFix(pool, "hicache-host-memory-mode", "cache", undefined, true)] },
    );
  const role = flagText(pool, "disaggregation-mode");
  if (role?.value !== "decode") return undefined;
  return finding(code, severity, mode.range, message("A decode worker takes no buffer_only host memory. SGLang would stop at start."), {
    related: [{ range: role.range, message: message("the worker's part is set here") }],
    fixes: [setFlagFix(pool, "hicache-host-memory-mode", "cache", undefined, true)],
  });
}

/** SS10: the part since 0.5.3, the storage since 0.5.10. */
function offload(context: RuleContext): readonly Finding[] {
  const { pool } = context;
  const flag = switchedOn(pool, "disaggregation-decode-enable-offload-kvcache");
  const mode = disaggregationMode(context);
  if (!flag || mode === undefined) return [];
  const fixes = [removeFlagFix(pool, flag, true)];
  const part = refusal(context, { since: "0.5.3" });
  if (mode !== "decode")
    return part
      ? [
          finding(code, part, flag.flagRange, message("{0} is for decode workers alone. SGLang would stop at start.", flag.spelled), {
            fixes,
          }),
        ]
      : [];
  const storage = refusal(context, { since: "0.5.10" });
  if (!isNotGiven(context, "hicache-storage-backend") || !storage) return [];
  return [
    finding(code, storage, flag.flagRange, message("{0} needs --hicache-storage-backend. SGLang would stop at start.", flag.spelled), {
      fixes,
    }),
  ];
}
