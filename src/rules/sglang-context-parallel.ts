import { divisors } from "../deployment/divisors.ts";
import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { setFlagFix } from "./flag-fix.ts";
import { flagInteger } from "./flag-number.ts";
import { flagText } from "./flag-text.ts";
import { flagOf } from "./place.ts";
import { refusal } from "./refusal.ts";
import type { Finding, RuleContext } from "./rule.ts";
import { isNotGiven, sizeOf, switchedOn } from "./written-sizes.ts";

const code = "context-parallel";

/** SW10, SW11. */
export function sglangContextParallel(context: RuleContext): readonly Finding[] {
  return [strategy(context), uneven(context), copies(context), both(context), exchange(context)].filter((one) => one !== undefined);
}

function strategy(context: RuleContext): Finding | undefined {
  const { pool } = context;
  const flag = switchedOn(pool, "enable-prefill-cp");
  const severity = refusal(context, { since: "0.5.15" });
  // Older names of the switch brought a strategy with them.
  const legacy = ["prefill-cp-mode", "dsa-prefill-cp-mode", "nsa-prefill-cp-mode"].some((name) => flagOf(pool, name));
  if (!flag || !severity || legacy || !isNotGiven(context, "cp-strategy")) return undefined;
  return finding(code, severity, flag.flagRange, message("{0} needs --cp-strategy. SGLang would stop at start.", flag.spelled), {
    fixes: [setFlagFix(pool, "cp-strategy", "interleave", undefined, true), setFlagFix(pool, "cp-strategy", "zigzag")],
  });
}

/** With attention replicas beside them the product must divide, which attention-data-parallel says. */
function uneven(context: RuleContext): Finding | undefined {
  const { pool } = context;
  const tensor = sizeOf(context, "tp-size");
  const ranks = flagInteger(pool, "attn-cp-size");
  const severity = refusal(context, { since: "0.5.9" });
  if (!tensor || !ranks || ranks.value <= 1 || tensor.value % ranks.value === 0 || !severity) return undefined;
  const best = divisors([tensor.value], ranks.value).at(-1);
  return finding(
    code,
    severity,
    ranks.range,
    message("{0} context ranks cannot share TP {1} evenly. SGLang would stop at start.", ranks.value, tensor.value),
    {
      related: [{ range: tensor.range, message: message("TP is set here") }],
      fixes: [best === undefined ? undefined : setFlagFix(pool, "attn-cp-size", String(best), undefined, true)],
    },
  );
}

function copies(context: RuleContext): Finding | undefined {
  const { pool } = context;
  const ranks = sizeOf(context, "attn-cp-size");
  const experts = flagInteger(pool, "moe-dp-size");
  const severity = refusal(context, { since: "0.5.15" });
  if (!ranks || !experts || experts.value <= 1 || experts.value === ranks.value || !severity) return undefined;
  return finding(
    code,
    severity,
    experts.range,
    message("{0} copies of the experts need as many context ranks, not {1}. SGLang would stop at start.", experts.value, ranks.value),
    {
      related: [{ range: ranks.range, message: message("context ranks are set here") }],
      fixes: [setFlagFix(pool, "moe-dp-size", "1", undefined, true)],
    },
  );
}

function both(context: RuleContext): Finding | undefined {
  const { pool } = context;
  const ranks = flagInteger(pool, "dcp-size");
  const flag = switchedOn(pool, "enable-prefill-cp");
  const severity = refusal(context, { since: "0.5.23" });
  if (!ranks || ranks.value <= 1 || !flag || !severity) return undefined;
  return finding(
    code,
    severity,
    ranks.range,
    message("Decode context ranks do not go with {0}. SGLang would stop at start.", flag.spelled),
    {
      related: [{ range: flag.flagRange, message: message("it is set here") }],
      fixes: [setFlagFix(pool, "dcp-size", "1", undefined, true)],
    },
  );
}

function exchange(context: RuleContext): Finding | undefined {
  const { pool } = context;
  const backend = flagText(pool, "dcp-comm-backend");
  const ranks = sizeOf(context, "dcp-size");
  const severity = refusal(context, { since: "0.5.23" });
  if (!backend || !/^(fi_)?a2a$/.test(backend.value) || ranks?.value !== 1 || !severity) return undefined;
  return finding(
    code,
    severity,
    backend.range,
    message(
      "{0} exchanges between decode context ranks, and there is one: --dcp-size is missing. SGLang would stop at start.",
      backend.value,
    ),
  );
}
