import { message } from "../deployment/message.ts";
import { refusedWithFlag } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix } from "./flag-fix.ts";
import { jsonFlag } from "./json-flag.ts";
import { flagOf } from "./place.ts";
import type { Rule } from "./rule.ts";

const code = "attention-backend";

export const attentionBackend: Rule = {
  code,
  severity: "error",
  summary: "The attention backend is chosen twice.",
  facts: ["VS16"],
  engines: ["vllm"],
  check({ pool }) {
    const flag = flagOf(pool, "attention-backend");
    const member = jsonFlag(pool, "attention-config")?.members.get("backend");
    const severity = refusedWithFlag(pool, "0.14.1");
    if (!flag || !member || member.value === null || !severity) return [];
    return [
      finding(
        code,
        severity,
        flag.flagRange,
        message("{0} and backend in the attention config exclude each other. vLLM would stop at start.", flag.spelled),
        {
          related: [{ range: member.range, message: message("it is said a second time here") }],
          fixes: [removeFlagFix(pool, flag, true)],
        },
      ),
    ];
  },
};
