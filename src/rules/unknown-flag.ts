import type { Deployment, Flag } from "../deployment/deployment.ts";
import { message } from "../deployment/message.ts";
import { inTables, saidVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix } from "./flag-fix.ts";
import { factsOf, judgeFlags, namesIn, nearestName, presence } from "./flag-table.ts";
import { foreignFlagOf } from "./foreign-flags.ts";
import type { Finding, Fix, Rule, RuleContext } from "./rule.ts";

const code = "unknown-flag";
/** What the argument parser brings itself. */
const builtIn = new Set(["help", "version", "config", "h", "v"]);

export const unknownFlag: Rule = {
  code,
  severity: "error",
  summary: "The engine's version has no such flag.",
  facts: ["flag tables of 17 vLLM releases"],
  engines: ["vllm"],
  check: (context) => judgeFlags(context, judge),
};

function judge(context: RuleContext, flag: Flag): Finding | undefined {
  const { pool, catalog, deployment } = context;
  const name = flag.name.split(".")[0] ?? flag.name;
  const facts = factsOf(catalog, name) ?? factsOf(catalog, name.replace(/^no-/, ""));
  const version = saidVersion(pool);
  if (facts?.plugin || builtIn.has(name) || (flag.spelled.startsWith("-") && !flag.spelled.startsWith("--"))) return undefined;
  if (facts) {
    if (!version || !inTables(version, catalog) || presence(facts, version, catalog.flags("vllm")) !== "not-yet") return undefined;
    const fixes = [removeFlagFix(pool, flag, true)];
    return finding(
      code,
      engineAlone(deployment) ? "error" : "information",
      flag.flagRange,
      message(
        'vLLM {0} has no {1} yet; it came by {2}. The server would stop: "unrecognized arguments".',
        version.text,
        flag.spelled,
        facts.firstSeen ?? "",
      ),
      { related: [versionPlace(context)], fixes },
    );
  }
  // What no release has may be the launcher's own.
  if (isPrefix(context, name) || !engineAlone(deployment) || foreignFlagOf(catalog, flag)) return undefined;
  const names = version ? namesIn(catalog, version) : catalog.flags("vllm").flags.map((one) => one.name);
  const near = nearestName(name, names);
  const rename = near === undefined ? undefined : renameFix(flag, near);
  const sure = version !== undefined && inTables(version, catalog);
  return finding(
    code,
    sure ? "error" : "information",
    flag.flagRange,
    sure
      ? message('vLLM {0} has no {1}. The server would stop: "unrecognized arguments".', version.text, flag.spelled)
      : message("No vLLM up to {0} has {1}; a plugin or a newer version may.", catalog.flags("vllm").versions.at(-1) ?? "", flag.spelled),
    { related: version ? [versionPlace(context)] : [], fixes: [rename, removeFlagFix(pool, flag, rename === undefined)] },
  );
}

/** No other launcher that brings flags of its own; those of the Arctic plugin are in the tables. */
export function engineAlone({ launcher }: Deployment): boolean {
  return launcher === null || launcher === "arctic";
}

/** The parser completes a prefix that only one flag begins with. */
function isPrefix({ catalog }: RuleContext, name: string): boolean {
  return (
    name.length > 2 &&
    catalog.flags("vllm").flags.some((facts) => facts.name.startsWith(name) || (facts.negatable && `no-${facts.name}`.startsWith(name)))
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
