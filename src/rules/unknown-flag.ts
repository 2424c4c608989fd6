import type { FlagFacts, FlagTable } from "../catalog/facts.ts";
import type { Flag } from "../deployment/deployment.ts";
import { engineNames } from "../deployment/engine-names.ts";
import { message } from "../deployment/message.ts";
import { inTables, isSample, saidVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix } from "./flag-fix.ts";
import { factsOf, judgeFlags, misspeltName, namesIn, nearestName, presence } from "./flag-table.ts";
import { foreignFlagOf } from "./foreign-flags.ts";
import { type Finding, type Fix, laidOutEngines, type Rule, type RuleContext, type Severity } from "./rule.ts";
import { trtllmKey } from "./trtllm-key.ts";

const code = "unknown-flag";
/** What the argument parsers and the commands around them bring themselves. */
const builtIn = new Set(["help", "version", "config", "h", "v", "model-type"]);

export const unknownFlag: Rule = {
  code,
  severity: "error",
  summary: "The engine's version has no such flag.",
  facts: ["flag tables of 17 vLLM releases", "flag tables of SGLang and TensorRT-LLM"],
  engines: laidOutEngines,
  check: (context) => judgeFlags(context, judge),
};

function judge(context: RuleContext, flag: Flag): Finding | undefined {
  const { catalog, deployment } = context;
  const table = catalog.flags(deployment.engine);
  const name = flag.name.split(".")[0] ?? flag.name;
  const facts = factsOf(table, name) ?? factsOf(table, name.replace(/^no-/, ""));
  if (facts?.plugin || builtIn.has(name) || (flag.spelled.startsWith("-") && !flag.spelled.startsWith("--"))) return undefined;
  if (deployment.engine === "tensorrt-llm" && !flag.spelled.startsWith("--")) return trtllmKey(context, flag);
  return facts ? notYet(context, flag, facts, table) : nowhere(context, flag, name, table);
}

/** A flag of newer releases. */
function notYet(context: RuleContext, flag: Flag, facts: FlagFacts, table: FlagTable): Finding | undefined {
  const { pool, deployment } = context;
  const version = saidVersion(pool);
  if (!version || !inTables(version, table) || presence(facts, version, table) !== "not-yet") return undefined;
  return finding(
    code,
    atMostHere(context, "error"),
    flag.flagRange,
    message(
      '{3} {0} has no {1} yet; it came by {2}. The server would stop: "unrecognized arguments".',
      version.text,
      flag.spelled,
      facts.firstSeen ?? "",
      engineNames[deployment.engine],
    ),
    { related: [versionPlace(context)], fixes: [removeFlagFix(pool, flag, true)] },
  );
}

/** A flag that no release has which was looked at. */
function nowhere(context: RuleContext, flag: Flag, name: string, table: FlagTable): Finding | undefined {
  const { pool, catalog, deployment } = context;
  if (isPrefix(table, name) || foreignFlagOf(catalog, deployment.engine, flag)) return undefined;
  const version = saidVersion(pool);
  const covered = version !== undefined && inTables(version, table);
  const names = covered ? namesIn(table, version) : table.flags.map((one) => one.name);
  const alone = engineAlone(deployment);
  const near = alone ? nearestName(name, names) : misspeltName(name, names);
  // What no release has may be the launcher's own.
  if (!alone && near === undefined) return undefined;
  const rename = near === undefined ? undefined : renameFix(flag, near);
  // Between two samples a flag may have come and gone; a misspelt one has not.
  const severity = covered ? atMostHere(context, isSample(version, table) || near !== undefined ? "error" : "warning") : "information";
  const engine = engineNames[deployment.engine];
  const newest = table.versions.at(-1);
  return finding(
    code,
    severity,
    flag.flagRange,
    covered && severity !== "information"
      ? message('{2} {0} has no {1}. The server would stop: "unrecognized arguments".', version.text, flag.spelled, engine)
      : newest === undefined
        ? message("{0} is no flag of the {1} known here; another version may have it.", flag.spelled, engine)
        : alone
          ? message("No {2} up to {0} has {1}; a plugin or a newer version may.", newest, flag.spelled, engine)
          : message("No {2} up to {0} has {1}; the launcher, a plugin or a newer version may.", newest, flag.spelled, engine),
    { related: version ? [versionPlace(context)] : [], fixes: [rename, removeFlagFix(pool, flag, rename === undefined)] },
  );
}

/** Where plugins or patches may add flags or take some away, or another launcher stands between, a refusal is no more than information. */
export function atMostHere({ deployment, pool }: RuleContext, severity: Severity): Severity {
  return engineAlone(deployment) && !pool.engine.foreignBuild ? severity : "information";
}

/** No other launcher that brings flags of its own; those of the Arctic plugin are in the tables. */
export function engineAlone({ launcher }: Pick<RuleContext["deployment"], "launcher">): boolean {
  return launcher === null || launcher === "arctic";
}

/** The parser completes a prefix that only one flag begins with. */
function isPrefix(table: FlagTable, name: string): boolean {
  return (
    name.length > 2 && table.flags.some((facts) => facts.name.startsWith(name) || (facts.negatable && `no-${facts.name}`.startsWith(name)))
  );
}

export function versionPlace({ pool }: RuleContext) {
  return { range: pool.engine.version?.range, message: message("the version is set here") };
}

export function renameFix(flag: Flag, name: string): Fix {
  const dashes = /^-*/.exec(flag.spelled)?.[0] ?? "";
  const spelled = `${dashes}${name}`;
  return { title: message("Change to {0}", spelled), edits: [{ range: flag.flagRange, newText: spelled }], preferred: true };
}
