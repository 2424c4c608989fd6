import type { Flag, Pool } from "../deployment/deployment.ts";
import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { removeFlagFix, setFlagFix } from "./flag-fix.ts";
import { flagInteger } from "./flag-number.ts";
import { flagText } from "./flag-text.ts";
import { flagOf } from "./place.ts";
import { refusal } from "./refusal.ts";
import type { Rule } from "./rule.ts";
import { sizeOf, switchedOn } from "./written-sizes.ts";

const code = "dwdp";

/** SW19: experts' weights are fetched from the other ranks while a prefill runs. */
export const dwdp: Rule = {
  code,
  severity: "error",
  summary: "Distributed weights (DWDP) do not fit TP, or are asked for beside what they exclude.",
  facts: ["SW19"],
  engines: ["sglang"],
  check(context) {
    const { pool } = context;
    const size = flagInteger(pool, "dwdp-size");
    const severity = refusal(context, { since: "0.5.18" });
    if (!size || size.value <= 1 || !severity) return [];
    const tensor = sizeOf(context, "tp-size");
    if (tensor && tensor.value !== size.value)
      return [
        finding(
          code,
          severity,
          size.range,
          message("dwdp-size {0} must be TP {1}. SGLang would stop at start.", size.value, tensor.value),
          {
            related: [{ range: tensor.range, message: message("TP is set here") }],
            fixes: [setFlagFix(pool, "dwdp-size", String(tensor.value), undefined, true)],
          },
        ),
      ];
    const excluded = excludedFlag(pool);
    if (!excluded) return [];
    return [
      finding(
        code,
        severity,
        excluded.flagRange,
        message("{0} does not go with {1}. SGLang would stop at start.", excluded.spelled, "--dwdp-size"),
        {
          related: [{ range: size.range, message: message("distributed weights are set here") }],
          fixes: [removeFlagFix(pool, excluded, true)],
        },
      ),
    ];
  },
};

function excludedFlag(pool: Pool): Flag | undefined {
  const stages = flagInteger(pool, "pp-size");
  const mode = flagText(pool, "disaggregation-mode");
  return [
    stages && stages.value > 1 ? flagOf(pool, "pp-size") : undefined,
    mode?.value === "decode" ? mode.flag : undefined,
    switchedOn(pool, "enable-eplb"),
    switchedOn(pool, "enable-two-batch-overlap"),
    flagText(pool, "speculative-algorithm")?.flag,
  ].find((flag) => flag !== undefined);
}
