import type { Flag } from "../deployment/deployment.ts";
import { message } from "../deployment/message.ts";
import { saidVersion, shortVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix } from "./flag-fix.ts";
import { factsOf, judgeFlags, presence } from "./flag-table.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";
import { engineAlone, renameFix, versionPlace } from "./unknown-flag.ts";

const code = "removed-flag";

export const removedFlag: Rule = {
  code,
  severity: "error",
  summary: "The flag is gone from the engine's version.",
  facts: ["flag tables of 17 vLLM releases", "reported refusals"],
  engines: ["vllm"],
  check: (context) => judgeFlags(context, judge),
};

function judge(context: RuleContext, flag: Flag): Finding | undefined {
  const { catalog, pool, deployment } = context;
  const facts = factsOf(catalog, flag.name);
  if (!facts || facts.removedBy === null) return undefined;
  const version = saidVersion(pool);
  const state = version ? presence(facts, version, catalog.flags("vllm")) : "unsure";
  if (state === "present" || state === "not-yet") return undefined;
  const instead = facts.replacement === null ? undefined : facts.replacement.replace(/^-+/, "");
  const rename = instead === undefined || !factsOf(catalog, instead) ? undefined : renameFix(flag, instead);
  const fixes = [rename, removeFlagFix(pool, flag, rename === undefined)];
  const since = shortVersion(facts.removedBy);
  if (state === "unsure" || !version)
    return finding(
      code,
      "information",
      flag.flagRange,
      version
        ? message("{0} is gone from vLLM {1}; whether {2} still has it is not known.", flag.spelled, since, version.text)
        : message(
            '{0} is gone from vLLM {1}, and the version here is not known. A newer server would stop: "unrecognized arguments".',
            flag.spelled,
            since,
          ),
      { fixes },
    );
  return finding(
    code,
    engineAlone(deployment) ? "error" : "information",
    flag.flagRange,
    message(
      '{0} is gone from vLLM {1}, and the version is {2}. The server would stop: "unrecognized arguments".',
      flag.spelled,
      since,
      version.text,
    ),
    { related: [versionPlace(context)], fixes },
  );
}
