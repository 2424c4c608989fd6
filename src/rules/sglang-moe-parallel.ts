import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { setFlagFix } from "./flag-fix.ts";
import { flagInteger } from "./flag-number.ts";
import { refusal } from "./refusal.ts";
import type { Finding, RuleContext } from "./rule.ts";
import { type Size, sizeOf } from "./written-sizes.ts";

const code = "moe-parallel";

/** SW09, SW12. */
export function sglangMoeParallel(context: RuleContext): readonly Finding[] {
  const tensor = sizeOf(context, "tp-size");
  return tensor ? [replicas(context, tensor), denseLayers(context, tensor)].filter((one) => one !== undefined) : [];
}

/** SW09. All-to-all backends widen the expert ranks only after this check (0.5.23 arg_groups/pipeline.py). */
function replicas(context: RuleContext, tensor: Size): Finding | undefined {
  const { pool } = context;
  const copies = flagInteger(pool, "moe-dp-size");
  const severity = refusal(context, { since: "0.5.9" });
  if (!copies || copies.value <= 1 || !severity) return undefined;
  const related = [{ range: tensor.range, message: message("TP is set here") }];
  if (tensor.value % copies.value !== 0)
    return finding(
      code,
      severity,
      copies.range,
      message("{1} copies of the experts cannot share TP {0} evenly. SGLang would stop at start.", tensor.value, copies.value),
      { related },
    );
  const { pipeline, unreadable } = pool.engine.parallel;
  if (!unreadable.has("pipeline") && pipeline.value > 1)
    return finding(
      code,
      severity,
      copies.range,
      message("Copies of the experts do not go with a pipeline, and PP is {0}. SGLang would stop at start.", pipeline.value),
      { related: [{ range: pipeline.range, message: message("PP is set here") }] },
    );
  const expert = sizeOf(context, "ep-size");
  if (!expert || expert.value === 1 || expert.value * copies.value === tensor.value) return undefined;
  return finding(
    code,
    severity,
    expert.range ?? copies.range,
    message("EP {0} × {1} copies of the experts must be TP {2}. SGLang would stop at start.", expert.value, copies.value, tensor.value),
    {
      related: [...related, { range: copies.range, message: message("copies of the experts are set here") }],
      fixes: [setFlagFix(pool, "ep-size", String(tensor.value / copies.value), undefined, true)],
    },
  );
}

/** SW12: whole or replicated; split over all ranks since a release between 0.5.12 and 0.5.15. */
function denseLayers(context: RuleContext, tensor: Size): Finding | undefined {
  const { pool } = context;
  const size = flagInteger(pool, "moe-dense-tp-size");
  if (!size || size.value === 1) return undefined;
  const isWhole = size.value === tensor.value;
  const severity = refusal(context, isWhole ? { since: "0.4.6.post5", until: "0.5.12" } : { since: "0.4.6.post5" });
  if (!severity || (isWhole && severity !== "error")) return undefined;
  return finding(
    code,
    severity,
    size.range,
    isWhole
      ? message(
          "This SGLang keeps dense layers whole on every rank: moe-dense-tp-size is 1 or left out, not {0}. It would stop.",
          size.value,
        )
      : message(
          "Dense layers are whole on every rank or split over all: moe-dense-tp-size is 1 or {0}, not {1}. SGLang would stop.",
          tensor.value,
          size.value,
        ),
    { fixes: [setFlagFix(pool, "moe-dense-tp-size", "1", undefined, true)] },
  );
}
