import { divisors } from "../deployment/divisors.ts";
import { message } from "../deployment/message.ts";
import { atLeast } from "../deployment/version.ts";
import { saidVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix, setFlagFix } from "./flag-fix.ts";
import { flagInteger } from "./flag-number.ts";
import { flagOf, wordOf } from "./place.ts";
import { refusal } from "./refusal.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";
import { attentionGroups, isNotGiven, sizeOf, switchedOn } from "./written-sizes.ts";

const code = "attention-data-parallel";

export const attentionDataParallel: Rule = {
  code,
  severity: "error",
  summary: "Attention replicas do not divide the tensor ranks, are asked for twice, or do nothing.",
  facts: ["SW02", "SW03", "SW04", "SW05", "SW06"],
  engines: ["sglang"],
  check(context) {
    return [bothKinds(context) ?? uneven(context), oneGroup(context) ?? olderSpelling(context)].filter((one) => one !== undefined);
  },
};

/** SW03. */
function bothKinds(context: RuleContext): Finding | undefined {
  const { pool } = context;
  const groups = flagInteger(pool, "attn-dp-size");
  const replicas = flagInteger(pool, "dp-size");
  const severity = refusal(context, { since: "0.5.23" });
  if (!groups || !replicas || groups.value <= 1 || replicas.value <= 1 || !severity) return undefined;
  // The older switch beside both gives way to the newer flag, and the replicas stay.
  return finding(
    code,
    severity,
    replicas.range,
    message(
      "{0} attention replicas and {1} replicas of the whole engine do not go together. SGLang would stop at start.",
      groups.value,
      replicas.value,
    ),
    {
      related: [{ range: groups.range, message: message("attention replicas are set here") }],
      fixes: [setFlagFix(pool, "dp-size", "1", undefined, true), setFlagFix(pool, "attn-dp-size", "1")],
    },
  );
}

/** SW04, SW05. Before 0.4.6 attention replicas were as many as TP ranks, whatever the flag said. */
function uneven(context: RuleContext): Finding | undefined {
  const { pool } = context;
  const tensor = sizeOf(context, "tp-size");
  const groups = attentionGroups(context);
  const ranks = sizeOf(context, "attn-cp-size");
  if (!tensor || !groups || !ranks || groups.value <= 1) return undefined;
  const isOwn = groups.range !== undefined && flagInteger(pool, "attn-dp-size")?.range === groups.range;
  const severity = refusal(context, { since: isOwn ? "0.5.23" : "0.4.6.post5" });
  const at = groups.range ?? switchedOn(pool, "enable-dp-attention")?.flagRange;
  if (!severity || !at || tensor.value % (groups.value * ranks.value) === 0) return undefined;
  const sizes = divisors([tensor.value / ranks.value], tensor.value);
  const best = sizes.findLast((size) => size <= groups.value);
  const name = isOwn ? "attn-dp-size" : "dp-size";
  return finding(
    code,
    severity,
    at,
    ranks.value === 1
      ? message("{1} attention replicas cannot share TP {0} evenly. SGLang would stop at start.", tensor.value, groups.value)
      : message(
          "{1} attention replicas × {2} context ranks cannot share TP {0} evenly. SGLang would stop at start.",
          tensor.value,
          groups.value,
          ranks.value,
        ),
    {
      related: [
        { range: tensor.range, message: message("TP is set here") },
        { range: ranks.range, message: message("context ranks are set here") },
      ],
      fixes: [best === undefined ? undefined : setFlagFix(pool, name, String(best), undefined, true)],
    },
  );
}

/** The switch alone names no number of replicas: one, which is none. */
function oneGroup(context: RuleContext): Finding | undefined {
  const { pool } = context;
  const flag = switchedOn(pool, "enable-dp-attention");
  const groups = attentionGroups(context);
  const tensor = sizeOf(context, "tp-size");
  if (!flag || groups?.value !== 1 || !tensor) return undefined;
  return finding(code, "information", flag.flagRange, message("{0} does nothing without --dp-size above 1.", flag.spelled), {
    fixes: [
      tensor.value > 1 && isNotGiven(context, "dp-size") ? setFlagFix(pool, "dp-size", String(tensor.value)) : undefined,
      removeFlagFix(pool, flag),
    ],
  });
}

/** SW02: still taken, with a warning in the log. */
function olderSpelling({ pool }: RuleContext): Finding | undefined {
  const flag = switchedOn(pool, "enable-dp-attention");
  const size = flagOf(pool, "dp-size");
  const version = saidVersion(pool);
  if (!flag || !size || flagOf(pool, "attn-dp-size") || !version || !atLeast(version, "0.5.23")) return undefined;
  const spelled = size.spelled.startsWith("-") ? "--attn-dp-size" : "attn-dp-size";
  const removed = removeFlagFix(pool, flag);
  return finding(
    code,
    "information",
    flag.flagRange,
    message("Since SGLang 0.5.23 attention replicas are said by --attn-dp-size alone; {0} beside --dp-size is deprecated.", flag.spelled),
    {
      related: [{ range: wordOf(size), message: message("attention replicas are set here") }],
      fixes: [
        removed && {
          title: message("Change to {0}", `${spelled} ${size.value?.value ?? ""}`.trim()),
          edits: [{ range: size.flagRange, newText: spelled }, ...removed.edits],
          preferred: true,
        },
      ],
    },
  );
}
