import { message } from "../deployment/message.ts";
import { refusedWithFlag } from "./certainty.ts";
import { finding } from "./finding.ts";
import { setFlagFix } from "./flag-fix.ts";
import { flagText } from "./flag-text.ts";
import type { Rule, RuleContext } from "./rule.ts";

const code = "device-ids";

export const deviceIds: Rule = {
  code,
  severity: "error",
  summary: "The devices named are named twice, mixed in kind, or not visible.",
  facts: ["VW10"],
  engines: ["vllm"],
  check(context) {
    const { pool } = context;
    const asked = flagText(pool, "device-ids");
    const severity = refusedWithFlag(pool, "0.24.0");
    if (!asked || !severity || !/^[\w, -]+$/.test(asked.value)) return [];
    const ids = asked.value.split(",").map((id) => id.trim());
    const once = [...new Set(ids)];
    if (once.length < ids.length)
      return [
        finding(code, severity, asked.range, message("A device is named twice in {0}. vLLM would stop at start.", asked.value), {
          fixes: [setFlagFix(pool, "device-ids", once.join(","), undefined, true)],
        }),
      ];
    const numbers = ids.filter((id) => /^\d+$/.test(id));
    if (numbers.length > 0 && numbers.length < ids.length)
      return [
        finding(code, severity, asked.range, message("Devices are named by number or by UUID, not by both. vLLM would stop at start.")),
      ];
    const visible = visibleDevices(context);
    const outside = visible && numbers.find((id) => Number(id) >= visible.count);
    if (!visible || outside === undefined) return [];
    return [
      finding(
        code,
        severity,
        asked.range,
        message("Device {0} is counted within CUDA_VISIBLE_DEVICES, which has {1}. vLLM would stop at start.", outside, visible.count),
        { related: [{ range: visible.range, message: message("visible devices are set here") }] },
      ),
    ];
  },
};

function visibleDevices({ pool }: RuleContext) {
  const variable = pool.engine.environment.get("CUDA_VISIBLE_DEVICES");
  if (!variable || !/^[\w,-]+$/.test(variable.value)) return undefined;
  return { count: variable.value.split(",").length, range: variable.range };
}
