import type { Flag } from "../deployment/deployment.ts";
import { message } from "../deployment/message.ts";
import { likelyVersion, saidVersion, shortVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix } from "./flag-fix.ts";
import { replaceFix, successorOf } from "./flag-replacements.ts";
import { factsOf, judgeFlags, presence } from "./flag-table.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";
import { engineAlone, versionPlace } from "./unknown-flag.ts";

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
  const likely = likelyVersion(pool);
  const state = likely ? presence(facts, likely, catalog.flags("vllm")) : "unsure";
  if (state === "present" || state === "not-yet") return undefined;
  const instead = successorOf(flag);
  const replace = instead && isThere(context, instead.name) ? replaceFix(flag, instead) : undefined;
  const fixes = [replace, removeFlagFix(pool, flag, replace === undefined)];
  const since = shortVersion(facts.removedBy);
  if (likely && !version && state === "removed")
    return finding(
      code,
      engineAlone(deployment) ? "warning" : "information",
      flag.flagRange,
      message(
        '{0} is gone from vLLM {1}, and the image\'s tag says {2}. Such a server would stop: "unrecognized arguments".',
        flag.spelled,
        since,
        likely.text,
      ),
      { related: [versionPlace(context)], fixes },
    );
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

/** Whether the version, or the newest one known, has what takes the flag's place. */
function isThere({ catalog, pool }: RuleContext, name: string): boolean {
  const facts = factsOf(catalog, name.split(".")[0] ?? name);
  const table = catalog.flags("vllm");
  const version = likelyVersion(pool);
  return facts !== undefined && (version ? presence(facts, version, table) === "present" : facts.removedBy === null);
}
