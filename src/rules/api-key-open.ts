import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { flagOf } from "./place.ts";
import type { Rule } from "./rule.ts";

const code = "api-key-open";

export const apiKeyOpen: Rule = {
  code,
  severity: "information",
  summary: "The API key guards the paths under /v1 alone; metrics, tokenizer and pooling paths answer anybody.",
  facts: ["middleware"],
  engines: ["vllm"],
  check({ pool }) {
    const flag = flagOf(pool, "api-key");
    if (!flag) return [];
    return [
      finding(
        code,
        "information",
        flag.flagRange,
        message(
          "{0} guards the paths under /v1 alone: /metrics, /tokenize, /invocations and /version answer without it. Keep the port inside the cluster.",
          flag.spelled,
        ),
      ),
    ];
  },
};
