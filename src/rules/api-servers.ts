import { message } from "../deployment/message.ts";
import { environmentSwitch } from "./arctic.ts";
import { refusedWithFlag } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix, setFlagFix } from "./flag-fix.ts";
import { flagInteger, flagSwitch } from "./flag-number.ts";
import { isLeftOut, whereWhole } from "./flag-text.ts";
import { flagOf } from "./place.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";

const code = "api-servers";

export const apiServers: Rule = {
  code,
  severity: "error",
  summary: "The number of API servers does not go with headless mode, runtime LoRA or fault tolerance.",
  facts: ["VD18", "VD19", "VD20"],
  engines: ["vllm"],
  check(context) {
    return [headless(context), runtimeLora(context), faultTolerance(context)].filter((one) => one !== undefined);
  },
};

/** VD18. */
function headless({ pool }: RuleContext): Finding | undefined {
  const count = flagInteger(pool, "api-server-count");
  const flag = flagOf(pool, "headless");
  const severity = refusedWithFlag(pool, "0.10.2");
  if (!count || count.value <= 0 || !flag || flagSwitch(pool, "headless") !== true || !severity) return undefined;
  const written = flagOf(pool, "api-server-count");
  return finding(
    code,
    severity,
    count.range,
    message("A headless server starts no API server, so it takes no count of them. vLLM would stop at start."),
    {
      related: [{ range: flag.flagRange, message: message("headless mode is chosen here") }],
      fixes: [written && removeFlagFix(pool, written, true)],
    },
  );
}

/** VD20: the default count is one in every release unless data parallelism raises it, so only a written one is judged. */
function runtimeLora({ pool }: RuleContext): Finding | undefined {
  const count = flagInteger(pool, "api-server-count");
  const severity = refusedWithFlag(pool, "0.10.2");
  const name = "VLLM_ALLOW_RUNTIME_LORA_UPDATING";
  if (!count || count.value <= 1 || environmentSwitch(pool, name) !== true || !severity) return undefined;
  return finding(
    code,
    severity,
    count.range,
    message(
      "{0} API servers cannot share adapters that are loaded at run time. vLLM would stop at start while {1} is set.",
      count.value,
      name,
    ),
    {
      related: [{ range: pool.engine.environment.get(name)?.range, message: message("adapters may be loaded at run time") }],
      fixes: [setFlagFix(pool, "api-server-count", "1", undefined, true)],
    },
  );
}

/** VD19. */
function faultTolerance(context: RuleContext): Finding | undefined {
  const { pool } = context;
  const flag = flagOf(pool, "enable-fault-tolerance");
  const severity = refusedWithFlag(pool, "0.28.0");
  if (!flag || flagSwitch(pool, "enable-fault-tolerance") !== true || !severity) return undefined;
  const count = flagInteger(pool, "api-server-count");
  if (count && count.value > 1)
    return finding(
      code,
      severity,
      count.range,
      message("Fault tolerance needs one API server, not {0}. vLLM would stop at start.", count.value),
      {
        related: [{ range: flag.flagRange, message: message("fault tolerance is chosen here") }],
        fixes: [setFlagFix(pool, "api-server-count", "1", undefined, true)],
      },
    );
  const external = ["data-parallel-external-lb", "data-parallel-rank"];
  if (!external.every((name) => isLeftOut(context, name))) return undefined;
  return finding(
    code,
    whereWhole(severity, context.deployment),
    flag.flagRange,
    message("Fault tolerance needs a balancer outside: --data-parallel-external-lb with a rank. vLLM would stop at start."),
    { fixes: [removeFlagFix(pool, flag)] },
  );
}
