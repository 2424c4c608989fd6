import { message } from "../deployment/message.ts";
import { refusedWithFlag } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix } from "./flag-fix.ts";
import { flagSwitch } from "./flag-number.ts";
import { isLeftOut, whereWhole } from "./flag-text.ts";
import { flagOf } from "./place.ts";
import type { Rule } from "./rule.ts";
import { sglangElasticExperts } from "./sglang-elastic-experts.ts";

const code = "elastic-experts";

export const elasticExperts: Rule = {
  code,
  severity: "error",
  summary: "Elastic expert parallelism is asked for without its balancer, with a pipeline, or with hybrid load balancing.",
  facts: ["VD16", "SS15"],
  engines: ["vllm", "sglang"],
  check(context) {
    if (context.deployment.engine === "sglang") return sglangElasticExperts(context);
    const { deployment, pool } = context;
    const flag = flagOf(pool, "enable-elastic-ep");
    const severity = refusedWithFlag(pool, "0.18.1");
    if (!flag || flagSwitch(pool, "enable-elastic-ep") !== true || !severity) return [];
    const { pipeline, unreadable } = pool.engine.parallel;
    const fixes = [removeFlagFix(pool, flag, true)];
    if (flagSwitch(pool, "enable-eplb") === false || isLeftOut({ deployment, pool }, "enable-eplb"))
      return [
        finding(
          code,
          whereWhole(severity, deployment),
          flag.flagRange,
          message("Elastic experts are moved by the load balancer. vLLM would stop at start unless --enable-eplb is given."),
          {
            fixes,
          },
        ),
      ];
    if (!unreadable.has("pipeline") && pipeline.value > 1)
      return [
        finding(
          code,
          severity,
          flag.flagRange,
          message("Elastic experts do not go with a pipeline, and PP is {0}. vLLM would stop at start.", pipeline.value),
          {
            related: [{ range: pipeline.range, message: message("PP is set here") }],
            fixes,
          },
        ),
      ];
    const hybrid = flagSwitch(pool, "data-parallel-hybrid-lb") === true ? flagOf(pool, "data-parallel-hybrid-lb") : undefined;
    if (!hybrid) return [];
    return [
      finding(code, severity, flag.flagRange, message("Elastic experts do not go with {0}. vLLM would stop at start.", hybrid.spelled), {
        related: [{ range: hybrid.flagRange, message: message("balancing is chosen here") }],
        fixes,
      }),
    ];
  },
};
