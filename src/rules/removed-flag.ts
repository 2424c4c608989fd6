import type { FlagTable } from "../catalog/facts.ts";
import type { Flag } from "../deployment/deployment.ts";
import { engineNames } from "../deployment/engine-names.ts";
import { type Message, message } from "../deployment/message.ts";
import type { Version } from "../deployment/version.ts";
import { inTables, likelyVersion, saidVersion, shortVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix } from "./flag-fix.ts";
import { replaceFix, successorOf } from "./flag-replacements.ts";
import { factsOf, judgeFlags, namesIn, presence } from "./flag-table.ts";
import { type Finding, laidOutEngines, type Rule, type RuleContext } from "./rule.ts";
import { atMostHere, versionPlace } from "./unknown-flag.ts";

const code = "removed-flag";

export const removedFlag: Rule = {
  code,
  severity: "error",
  summary: "The flag is gone from the engine's version.",
  facts: ["flag tables of 17 vLLM releases", "flag tables of SGLang and TensorRT-LLM", "reported refusals"],
  engines: laidOutEngines,
  check: (context) => judgeFlags(context, judge),
};

function judge(context: RuleContext, flag: Flag): Finding | undefined {
  const { catalog, pool, deployment } = context;
  const table = catalog.flags(deployment.engine);
  const facts = factsOf(table, flag.name);
  if (!facts || facts.removedBy === null) return undefined;
  const likely = likelyVersion(pool);
  const state = likely ? presence(facts, likely, table) : "unsure";
  if (state === "present" || state === "not-yet" || (likely && isCompleted(table, likely, flag))) return undefined;
  const instead = successorOf(context, flag);
  const replace = instead && isThere(context, instead.name, table) ? replaceFix(flag, instead) : undefined;
  const sure = state === "removed" && saidVersion(pool) !== undefined && likely !== undefined && inTables(likely, table);
  return finding(
    code,
    sure ? atMostHere(context, "error") : "information",
    flag.flagRange,
    words(context, flag, shortVersion(facts.removedBy), state === "removed"),
    {
      related: state === "removed" ? [versionPlace(context)] : [],
      fixes: [replace, removeFlagFix(pool, flag, replace === undefined)],
    },
  );
}

function words({ catalog, pool, deployment }: RuleContext, flag: Flag, since: string, removed: boolean): Message {
  const engine = engineNames[deployment.engine];
  const table = catalog.flags(deployment.engine);
  const said = saidVersion(pool);
  const likely = likelyVersion(pool);
  if (!likely)
    return message(
      '{0} is gone from {2} {1}, and the version here is not known. A newer server would stop: "unrecognized arguments".',
      flag.spelled,
      since,
      engine,
    );
  if (!removed)
    return message("{0} is gone from {3} {1}; whether {2} still has it is not known.", flag.spelled, since, likely.text, engine);
  if (!said)
    return message(
      '{0} is gone from {3} {1}, and the image\'s tag says {2}. Such a server would stop: "unrecognized arguments".',
      flag.spelled,
      since,
      likely.text,
      engine,
    );
  if (!inTables(said, table))
    return message(
      "{0} is gone from {3} {1} and from {2}, the newest release known here; a newer one may have it again.",
      flag.spelled,
      since,
      table.versions.at(-1) ?? "",
      engine,
    );
  return message(
    '{0} is gone from {3} {1}, and the version is {2}. The server would stop: "unrecognized arguments".',
    flag.spelled,
    since,
    said.text,
    engine,
  );
}

/** What is left of a removed name may be the beginning of one other flag, which the parser completes. */
function isCompleted(table: FlagTable, version: Version, { name }: Flag): boolean {
  return namesIn(table, version).filter((other) => other !== name && other.startsWith(name)).length === 1;
}

/** Whether the version, or the newest one known, has what takes the flag's place. */
function isThere({ pool }: RuleContext, name: string, table: FlagTable): boolean {
  const facts = factsOf(table, name.split(".")[0] ?? name);
  const version = likelyVersion(pool);
  return facts !== undefined && (version ? presence(facts, version, table) === "present" : facts.removedBy === null);
}
