import { message } from "../deployment/message.ts";
import { atLeast } from "../deployment/version.ts";
import { likelyVersion, refusedSince } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix, setFlagFix } from "./flag-fix.ts";
import { flagSwitch } from "./flag-number.ts";
import { type FlagText, flagText } from "./flag-text.ts";
import { knownModel, modelNamedHere } from "./known.ts";
import { flagOf } from "./place.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";

const code = "all-to-all-backend";
const name = "all2all-backend";

export const allToAllBackend: Rule = {
  code,
  severity: "error",
  summary: "The backend that exchanges tokens between experts is gone, or cannot do what else is asked for.",
  facts: ["VD14", "VD15"],
  engines: ["vllm"],
  check(context) {
    const asked = flagText(context.pool, name);
    if (!asked) return [];
    if (asked.value === "pplx" || asked.value === "naive") return gone(context, asked);
    return asked.value === "moonep" ? moonep(context, asked) : [];
  },
};

/** VD14: read from 0.18.1 on; before, the names still meant what they say. */
function gone({ pool }: RuleContext, { value, range }: FlagText): readonly Finding[] {
  const version = likelyVersion(pool);
  if (version && !atLeast(version, "0.18.1")) return [];
  return [
    finding(
      code,
      "warning",
      range,
      message("The all-to-all backend {0} is gone from vLLM 0.18; allgather_reducescatter runs in its place.", value),
      {
        fixes: [setFlagFix(pool, name, "allgather_reducescatter", undefined, true)],
      },
    ),
  ];
}

/** VD15. */
function moonep({ pool, deployment }: RuleContext, { range }: FlagText): readonly Finding[] {
  const severity = refusedSince(pool, "0.33.0");
  if (!severity) return [];
  const eplb = flagOf(pool, "enable-eplb");
  if (eplb && flagSwitch(pool, "enable-eplb") === true)
    return [
      finding(code, severity, range, message("moonep does not go with the expert load balancer. vLLM would stop at start."), {
        related: [{ range: eplb.flagRange, message: message("the balancer is chosen here") }],
        fixes: [removeFlagFix(pool, eplb, true)],
      }),
    ];
  const placement = flagText(pool, "expert-placement-strategy");
  if (placement && placement.value !== "linear")
    return [
      finding(
        code,
        severity,
        placement.range,
        message("moonep needs experts placed in a row: linear, not {0}. vLLM would stop at start.", placement.value),
        {
          related: [{ range, message: message("the backend is chosen here") }],
          fixes: [setFlagFix(pool, "expert-placement-strategy", "linear", undefined, true)],
        },
      ),
    ];
  const dtype = flagText(pool, "dtype");
  if (dtype && dtype.value !== "bfloat16" && dtype.value !== "auto")
    return [
      finding(
        code,
        severity,
        dtype.range,
        message("moonep runs models in bfloat16 only, not {0}. vLLM would stop at start.", dtype.value),
        {
          related: [{ range, message: message("the backend is chosen here") }],
          fixes: [setFlagFix(pool, "dtype", "bfloat16", undefined, true)],
        },
      ),
    ];
  const method = flagText(pool, "quantization")?.value ?? knownModel(deployment)?.weights.method;
  if (method === undefined || method === "none") return [];
  return [
    finding(
      code,
      severity,
      range,
      message("moonep runs unquantised models only, and these weights are {0}. vLLM would stop at start.", method),
      {
        related: [modelNamedHere(deployment)],
      },
    ),
  ];
}
