import { message } from "../deployment/message.ts";
import { refusedWithFlag } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix } from "./flag-fix.ts";
import { jsonFlag } from "./json-flag.ts";
import { flagOf } from "./place.ts";
import type { Rule } from "./rule.ts";
import { sglangAttentionBackend } from "./sglang-attention-backend.ts";

const code = "attention-backend";

export const attentionBackend: Rule = {
  code,
  severity: "error",
  summary: "The attention backend is chosen twice, or does not run on this GPU.",
  facts: ["VS16", "SS09"],
  engines: ["vllm", "sglang"],
  check(context) {
    if (context.deployment.engine === "sglang") return sglangAttentionBackend(context);
    const { pool } = context;
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
