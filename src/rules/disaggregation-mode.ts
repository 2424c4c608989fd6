import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { removeFlagFix, setFlagFix } from "./flag-fix.ts";
import { flagText } from "./flag-text.ts";
import { refusal } from "./refusal.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";
import { switchedOn } from "./written-sizes.ts";

const code = "disaggregation-mode";

export const disaggregationModeRule: Rule = {
  code,
  severity: "error",
  summary: "A worker's part in disaggregated serving does not go with its other settings.",
  facts: ["SS11", "SS12"],
  engines: ["sglang"],
  check: (context) => [fakeTransfer(context), encoder(context)].filter((one) => one !== undefined),
};

/** SS11. */
function fakeTransfer(context: RuleContext): Finding | undefined {
  const { pool } = context;
  const mode = flagText(pool, code);
  const transfer = flagText(pool, "disaggregation-transfer-backend");
  const severity = refusal(context, { since: "0.5.10" });
  if (mode?.value !== "prefill" || transfer?.value !== "fake" || !severity) return undefined;
  return finding(
    code,
    severity,
    transfer.range,
    message("The fake transfer is for decode workers under test; a prefill worker must hand its cache over. SGLang would stop at start."),
    {
      related: [{ range: mode.range, message: message("the worker's part is set here") }],
      fixes: [setFlagFix(pool, "disaggregation-transfer-backend", "nixl"), setFlagFix(pool, "disaggregation-transfer-backend", "mooncake")],
    },
  );
}

/** SS12. */
function encoder(context: RuleContext): Finding | undefined {
  const { pool } = context;
  const mode = flagText(pool, code);
  const alone = switchedOn(pool, "encoder-only");
  const severity = refusal(context, { since: "0.5.7" });
  if (!mode || mode.value === "null" || !alone || !severity) return undefined;
  return finding(
    code,
    severity,
    alone.flagRange,
    message(
      "An encoder worker neither prefills nor decodes: {0} does not go with {1} {2}. SGLang would stop at start.",
      alone.spelled,
      mode.flag.spelled,
      mode.value,
    ),
    {
      related: [{ range: mode.range, message: message("the worker's part is set here") }],
      fixes: [removeFlagFix(pool, mode.flag, true), removeFlagFix(pool, alone)],
    },
  );
}
