import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { removeFlagFix } from "./flag-fix.ts";
import { flagSwitch } from "./flag-number.ts";
import { isLeftOut, whereWhole } from "./flag-text.ts";
import { flagOf } from "./place.ts";
import type { Rule } from "./rule.ts";
import { engineAlone } from "./unknown-flag.ts";

const code = "tool-parser";

export const toolParser: Rule = {
  code,
  severity: "error",
  summary: "Tools may be chosen by the model, but no parser is named that finds its calls.",
  facts: ["VF01"],
  engines: ["vllm"],
  check({ deployment, pool }) {
    const flag = flagOf(pool, "enable-auto-tool-choice");
    if (!flag || flagSwitch(pool, "enable-auto-tool-choice") !== true || !isLeftOut({ deployment, pool }, "tool-call-parser")) return [];
    // Other launchers bring a front end of their own. Every release read since 0.6 refuses.
    if (!engineAlone(deployment)) return [];
    return [
      finding(
        code,
        whereWhole("error", deployment),
        flag.flagRange,
        message("{0} needs --tool-call-parser, the form in which this model calls tools. vLLM would stop at start.", flag.spelled),
        {
          fixes: [removeFlagFix(pool, flag)],
        },
      ),
    ];
  },
};
