import type { Catalog } from "../catalog/catalog.ts";
import type { OptionFacts } from "../catalog/facts.ts";
import { message } from "../deployment/message.ts";
import { atLeast, compareVersions, parseVersion, type Version } from "../deployment/version.ts";
import { inTables, saidVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { nearestName } from "./flag-table.ts";
import { isRecord, type JsonMember, jsonFlag } from "./json-flag.ts";
import { wordOf } from "./place.ts";
import type { Finding, Fix, Rule, RuleContext, Severity } from "./rule.ts";
import { engineAlone } from "./unknown-flag.ts";

const code = "json-key";
/** More keys than any of these objects takes. */
const mostKeys = 200;
/** Set by the engine itself, whatever a command line says. */
const builtByEngine = new Set(["target_model_config", "target_parallel_config", "draft_model_config", "draft_parallel_config"]);

export const jsonKey: Rule = {
  code,
  severity: "error",
  summary: "A key inside a JSON argument is not one that the version knows.",
  facts: ["flag tables of 17 vLLM releases"],
  engines: ["vllm"],
  check(context) {
    const table = context.catalog.options("vllm");
    const flags = [...table.closed].filter((path) => !path.includes("."));
    return flags.flatMap((name) => {
      const json = jsonFlag(context.pool, name);
      if (!json) return [];
      return [...json.members]
        .slice(0, mostKeys)
        .flatMap(([key, member]) => judge(context, `${name}.${key}`, member, member.key ?? wordOf(json.flag)));
    });
  },
};

/** One key, or those of the object it holds. */
function judge(context: RuleContext, path: string, member: JsonMember, at: Finding["range"]): readonly Finding[] {
  const { closed, options } = context.catalog.options("vllm");
  const facts = options.get(path);
  const key = path.slice(path.lastIndexOf(".") + 1);
  if (builtByEngine.has(key)) return [];
  const missing = facts ? undefinedIn(context, facts) : "unknown";
  if (missing) return [report(context, path, missing, member, at)].filter((one) => one !== undefined);
  if (!closed.has(path) || !isRecord(member.value)) return [];
  // Keys of an inner object have no place of their own.
  return Object.entries(member.value)
    .slice(0, mostKeys)
    .flatMap(([inner, value]) => judge(context, `${path}.${inner}`, { value, range: at, exact: false, key: undefined }, at));
}

type Missing = "unknown" | "not-yet" | "gone";

/** Whether the said version certainly lacks a key that others have. */
function undefinedIn({ pool }: RuleContext, { firstSeen, absentIn, removedBy, plugin }: OptionFacts): Missing | undefined {
  const version = saidVersion(pool);
  if (!version || plugin !== null) return undefined;
  if (removedBy !== null && order(version, removedBy) >= 0) return "gone";
  return firstSeen !== null && absentIn !== null && order(version, absentIn) <= 0 ? "not-yet" : undefined;
}

function order(version: Version, sample: string): number {
  const other = parseVersion(sample);
  return other ? compareVersions(version, other) : Number.NaN;
}

function report(context: RuleContext, path: string, missing: Missing, { key }: JsonMember, at: Finding["range"]): Finding | undefined {
  const { pool, catalog } = context;
  const version = saidVersion(pool);
  const severity = severityOf(context, missing);
  const last = path.lastIndexOf(".");
  const [flag, name] = [path.slice(0, last), path.slice(last + 1)];
  const near = missing === "unknown" ? nearestName(name, siblings(catalog, flag, version)) : undefined;
  // An unknown key of an unknown version is more likely newer than wrong, unless it is all but a known one.
  if (!version && near === undefined) return undefined;
  const text =
    near === undefined
      ? message(
          "{0} has no key {1} in vLLM {2}. From 0.18 on it stops at start over such a key; before, the key does nothing.",
          flag,
          name,
          version?.text ?? "",
        )
      : message(
          "{0} has no key {1}; close to it is {2}. From 0.18 on vLLM stops at start over such a key; before, it does nothing.",
          flag,
          name,
          near,
        );
  return finding(code, severity, at, text, { fixes: [near !== undefined && key ? renameFix(key, flag, name, near) : undefined] });
}

/** Objects refuse what they do not know since 0.18.1 (config/utils.py:57); some did before. */
function severityOf({ pool, catalog, deployment }: RuleContext, missing: Missing): Severity {
  const version = saidVersion(pool);
  if (!version || !atLeast(version, "0.18.1") || pool.engine.arctic?.value === true || !engineAlone(deployment)) return "warning";
  return missing === "gone" || inTables(version, catalog.flags("vllm")) ? "error" : "warning";
}

function siblings(catalog: Catalog, path: string, version: Version | undefined): readonly string[] {
  return [...catalog.options("vllm").options.values()].flatMap(({ key, removedBy }) => {
    const isThere = removedBy === null || (version !== undefined && order(version, removedBy) < 0);
    return isThere && key.startsWith(`${path}.`) && !key.slice(path.length + 1).includes(".") ? [key.slice(path.length + 1)] : [];
  });
}

/** A quoted key, or a flag that spells the path out. */
function renameFix(range: Finding["range"], flag: string, name: string, near: string): Fix {
  const quoted = range.end.character - range.start.character === name.length + 2;
  return {
    title: message("Change to {0}", near),
    edits: [{ range, newText: quoted ? `"${near}"` : `--${flag}.${near}` }],
    preferred: true,
  };
}
