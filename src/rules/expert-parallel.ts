import { message } from "../deployment/message.ts";
import { counted } from "../deployment/settle-expert-balance.ts";
import { refusedSince } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix, setFlagFix } from "./flag-fix.ts";
import { flagInteger, flagSwitch } from "./flag-number.ts";
import { isLeftOut, whereWhole } from "./flag-text.ts";
import { jsonFlag } from "./json-flag.ts";
import { knownModel, modelNamedHere } from "./known.ts";
import { ranksOf } from "./layout.ts";
import { flagOf, wordOf } from "./place.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";

const code = "expert-parallel";

export const expertParallel: Rule = {
  code,
  severity: "error",
  summary: "Expert parallelism is asked for where the model, the layout or the balancer cannot do it.",
  facts: ["VD09", "VD10", "VD11", "VD12", "VD13"],
  engines: ["vllm"],
  check(context) {
    const { pool, deployment } = context;
    const model = knownModel(deployment);
    const flag = flagOf(pool, "enable-expert-parallel");
    const on = flagSwitch(pool, "enable-expert-parallel");
    const ranks = ranksOf(pool.engine.parallel);
    const related = [modelNamedHere(deployment)];
    if (!flag || on !== true) return [...balancerAlone(context, on), ...redundantAlone(context)];
    if (model && model.moe === null && !model.approximate)
      return [
        finding(
          code,
          "error",
          flag.flagRange,
          message("The model has no experts. vLLM would stop at start: expert parallelism needs at least one expert."),
          {
            related,
            fixes: [removeFlagFix(pool, flag, true)],
          },
        ),
      ];
    if (!ranks) return [];
    const size = ranks.tensor * ranks.context * ranks.data;
    if (size === 1)
      return [
        ...balancerOnOne(context),
        finding(code, "information", flag.flagRange, message("TP × DP is 1, so expert parallelism changes nothing."), {
          fixes: [removeFlagFix(pool, flag)],
        }),
      ];
    return [...(model?.moe ? uneven(context, model.moe.experts, size) : []), ...redundantAlone(context)];
  },
};

/** VD13 with the balancer, a matter of balance without it. */
function uneven({ pool, deployment }: RuleContext, experts: number, size: number): readonly Finding[] {
  const flag = flagOf(pool, "enable-expert-parallel");
  if (!flag) return [];
  const balanced = flagSwitch(pool, "enable-eplb") === true;
  const extra = balanced ? redundant({ pool }) : 0;
  if (extra === undefined || (experts + extra) % size === 0) return [];
  const related = [modelNamedHere(deployment)];
  if (!balanced)
    return [
      finding(
        code,
        "information",
        flag.flagRange,
        message(
          "{0} experts over {1} ranks are uneven: some ranks hold {2}, others {3}, and a step waits for the fullest.",
          experts,
          size,
          Math.ceil(experts / size),
          Math.floor(experts / size),
        ),
        { related },
      ),
    ];
  const wanted = size - (experts % size);
  return [
    finding(
      code,
      "error",
      flagOf(pool, "enable-eplb")?.flagRange ?? flag.flagRange,
      message(
        "The balancer needs {0} experts and {1} redundant ones to divide by {2} ranks; they do not. vLLM would stop. {3} redundant experts would do.",
        experts,
        extra,
        size,
        wanted,
      ),
      {
        related,
        fixes: [
          flagOf(pool, "num-redundant-experts") ? setFlagFix(pool, "num-redundant-experts", String(wanted), undefined, true) : undefined,
        ],
      },
    ),
  ];
}

/** VD11: the balancer without expert parallelism. */
function balancerAlone({ pool }: RuleContext, on: boolean | undefined): readonly Finding[] {
  const flag = flagOf(pool, "enable-eplb");
  const known = on === false || (flagOf(pool, "enable-expert-parallel") === undefined && pool.engine.complete);
  if (!flag || flagSwitch(pool, "enable-eplb") !== true || !known) return [];
  return [
    finding(
      code,
      "error",
      flag.flagRange,
      message("Expert load balancing needs expert parallelism. vLLM would stop at start unless --enable-expert-parallel is given."),
      {
        fixes: [removeFlagFix(pool, flag)],
      },
    ),
  ];
}

function balancerOnOne({ pool }: RuleContext): readonly Finding[] {
  const flag = flagOf(pool, "enable-eplb");
  if (!flag || flagSwitch(pool, "enable-eplb") !== true) return [];
  return [
    finding(code, "error", wordOf(flag), message("Expert load balancing needs TP × DP above 1. vLLM would stop at start."), {
      fixes: [removeFlagFix(pool, flag, true)],
    }),
  ];
}

/** VD12: from 0.10.2 on; the flag of older releases did nothing alone. */
function redundantAlone(context: RuleContext): readonly Finding[] {
  const { pool } = context;
  const extra = redundant({ pool });
  const off = flagSwitch(pool, "enable-eplb") === false || isLeftOut(context, "enable-eplb");
  const flag = flagOf(pool, "num-redundant-experts") ?? jsonFlag(pool, "eplb-config")?.flag;
  const severity = refusedSince(pool, "0.10.2");
  if (!flag || !extra || !off || !severity) return [];
  return [
    finding(
      code,
      whereWhole(severity, context.deployment),
      flag.flagRange,
      message("Redundant experts are placed by the load balancer, which is off. vLLM would stop at start unless --enable-eplb is given."),
      { fixes: [flag.name === "num-redundant-experts" ? removeFlagFix(pool, flag, true) : undefined] },
    ),
  ];
}

/** Redundant experts as written; undefined where they cannot be read. */
function redundant({ pool }: Pick<RuleContext, "pool">): number | undefined {
  if (flagOf(pool, "num-redundant-experts")) return flagInteger(pool, "num-redundant-experts")?.value;
  const config = jsonFlag(pool, "eplb-config");
  if (!config) return flagOf(pool, "eplb-config") ? undefined : 0;
  const extra = config.members.get("num_redundant_experts")?.value;
  return extra === undefined ? 0 : counted(extra);
}
