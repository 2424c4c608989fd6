import { whole } from "../catalog/quantity.ts";
import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { setFlagFix } from "./flag-fix.ts";
import { flagInteger } from "./flag-number.ts";
import { knownModel } from "./known.ts";
import { refusal } from "./refusal.ts";
import type { Rule } from "./rule.ts";
import { attentionGroups, disaggregationMode } from "./written-sizes.ts";

const code = "chunked-prefill-size";

export const chunkedPrefillSize: Rule = {
  code,
  severity: "error",
  summary: "A chunk of prefill is no whole number of cache pages.",
  facts: ["SS01", "SW06"],
  engines: ["sglang"],
  check(context) {
    const { pool, deployment } = context;
    const chunk = flagInteger(pool, code);
    const page = flagInteger(pool, "page-size");
    const mode = disaggregationMode(context);
    const groups = attentionGroups(context);
    const refused = refusal(context, { since: "0.4.10" });
    // Without the flag pages are as large as the attention's backend wants them.
    if (!chunk || !page || page.value <= 0 || mode === undefined || mode === "decode" || !groups || !refused) return [];
    const each = Math.floor(chunk.value / groups.value);
    if (chunk.value <= 0 || each % page.value === 0) return [];
    const model = knownModel(deployment);
    // Models with recurrent layers may get pages of one token, whatever is written.
    const severity = model && !model.recurrent ? refused : "warning";
    const step = page.value * groups.value;
    const best = Math.max(1, Math.round(chunk.value / step)) * step;
    return [
      finding(
        code,
        severity,
        chunk.range,
        groups.value > 1
          ? message(
              "{0} tokens over {1} attention replicas are chunks of {2}, no whole pages of {3}. SGLang would stop at start.",
              whole(chunk.value),
              groups.value,
              whole(each),
              page.value,
            )
          : message(
              "A chunk of {0} tokens is no whole number of pages of {1}. SGLang would stop at start.",
              whole(chunk.value),
              page.value,
            ),
        {
          related: [
            { range: page.range, message: message("the page's size is set here") },
            { range: groups.range, message: message("attention replicas are set here") },
          ],
          fixes: [setFlagFix(pool, code, String(best), undefined, true)],
        },
      ),
    ];
  },
};
