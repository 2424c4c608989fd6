import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { setFlagFix } from "./flag-fix.ts";
import { flagText } from "./flag-text.ts";
import { refusal } from "./refusal.ts";
import type { Finding, RuleContext } from "./rule.ts";
import { switchedOn } from "./written-sizes.ts";

const code = "elastic-experts";

/** SS15: the balancer's algorithm since 0.5.5 (its hierarchical kind later), the pipeline since 0.5.12. */
export function sglangElasticExperts(context: RuleContext): readonly Finding[] {
  const { pool } = context;
  const elastic = flagText(pool, "elastic-ep-backend");
  if (!elastic || /^none$/i.test(elastic.value)) return [];
  const related = [{ range: elastic.range, message: message("elastic experts are chosen here") }];
  const algorithm = flagText(pool, "eplb-algorithm");
  const severity = refusal(context, { since: "0.5.5" });
  if (algorithm && severity && switchedOn(pool, "enable-eplb") && !/^(auto|elasticity_aware(_hierarchical)?)$/.test(algorithm.value))
    return [
      finding(
        code,
        severity,
        algorithm.range,
        message("Elastic experts are balanced by elasticity_aware, not by {0}. SGLang would stop at start.", algorithm.value),
        { related, fixes: [setFlagFix(pool, "eplb-algorithm", "elasticity_aware", undefined, true)] },
      ),
    ];
  const { pipeline, unreadable } = pool.engine.parallel;
  const refused = refusal(context, { since: "0.5.12" });
  if (unreadable.has("pipeline") || pipeline.value <= 1 || !refused) return [];
  return [
    finding(
      code,
      refused,
      pipeline.range ?? elastic.range,
      message("Elastic experts do not go with a pipeline, and PP is {0}. SGLang would stop at start.", pipeline.value),
      { related, fixes: [setFlagFix(pool, "pp-size", "1", undefined, true)] },
    ),
  ];
}
