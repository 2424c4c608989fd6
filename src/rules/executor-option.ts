import { message } from "../deployment/message.ts";
import { atLeast } from "../deployment/version.ts";
import { refusedWithFlag, saidVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix } from "./flag-fix.ts";
import { flagSwitch } from "./flag-number.ts";
import { flagText } from "./flag-text.ts";
import { flagOf } from "./place.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";

const code = "executor-option";

export const executorOption: Rule = {
  code,
  severity: "error",
  summary: "An option of the workers does nothing, or only with another executor.",
  facts: ["VS17", "VW09", "VW11"],
  engines: ["vllm"],
  check(context) {
    return [loading(context), profiling(context), scheduling(context)].filter((one) => one !== undefined);
  },
};

/** VW09. */
function loading({ pool }: RuleContext): Finding | undefined {
  const flag = flagOf(pool, "max-parallel-loading-workers");
  if (!flag || !refusedWithFlag(pool, "0.11.2")) return undefined;
  return finding(code, "information", flag.flagRange, message("{0} does nothing: vLLM warns and loads as without it.", flag.spelled), {
    fixes: [removeFlagFix(pool, flag, true)],
  });
}

/** VW11: as old as the flag. An executor that nobody chose may still become Ray. */
function profiling({ pool }: RuleContext): Finding | undefined {
  const flag = flagOf(pool, "ray-workers-use-nsight");
  const executor = flagText(pool, "distributed-executor-backend");
  if (!flag || flagSwitch(pool, "ray-workers-use-nsight") !== true || !executor || !/^(mp|uni)$/.test(executor.value)) return undefined;
  return finding(
    code,
    "error",
    flag.flagRange,
    message("{0} profiles Ray's workers, but the executor is {1}. vLLM would stop at start.", flag.spelled, executor.value),
    {
      related: [{ range: executor.range, message: message("the executor is chosen here") }],
      fixes: [removeFlagFix(pool, flag, true)],
    },
  );
}

/** VS17: the releases 0.11.2 to 0.18.1 refuse; by 0.22.1 Ray's executor is built on that of processes and can. */
function scheduling({ pool }: RuleContext): Finding | undefined {
  const flag = flagOf(pool, "async-scheduling");
  const executor = flagText(pool, "distributed-executor-backend");
  const version = saidVersion(pool);
  const refuses = version && atLeast(version, "0.11.2") && !atLeast(version, "0.18.2");
  if (!flag || flagSwitch(pool, "async-scheduling") !== true || executor?.value !== "ray" || !refuses) return undefined;
  return finding(
    code,
    "error",
    flag.flagRange,
    message("In vLLM {0} the executor ray cannot schedule ahead, which {1} asks for. It would stop at start.", version.text, flag.spelled),
    {
      related: [{ range: executor.range, message: message("the executor is chosen here") }],
      fixes: [removeFlagFix(pool, flag, true)],
    },
  );
}
