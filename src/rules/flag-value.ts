import type { FlagFacts } from "../catalog/facts.ts";
import type { Flag } from "../deployment/deployment.ts";
import { humanInteger } from "../deployment/human-integer.ts";
import { message } from "../deployment/message.ts";
import { atLeast } from "../deployment/version.ts";
import { inTables, saidVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { setFlagFix } from "./flag-fix.ts";
import { factsOf, nearestName } from "./flag-table.ts";
import { parseJson } from "./json-flag.ts";
import { wordOf } from "./place.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";

const code = "flag-value";

export const flagValue: Rule = {
  code,
  severity: "error",
  summary: "The flag's value is not of its type, outside its range, or not one of its choices.",
  facts: ["flag tables of 17 vLLM releases", "VS18", "VM01", "VM16"],
  engines: ["vllm"],
  check(context) {
    // The last of repeated flags counts.
    return [...context.pool.engine.flags.values()].map((flag) => judge(context, flag)).filter((one) => one !== undefined);
  },
};

function judge(context: RuleContext, flag: Flag): Finding | undefined {
  const facts = factsOf(context.catalog, flag.name);
  const text = flag.value?.value;
  if (!facts || typeof text !== "string" || flag.negated || /[$`]|\{\{|<\w/.test(text) || flag.name.includes(".")) return undefined;
  switch (facts.type) {
    case "int":
    case "float":
      return number(context, flag, facts, text.trim());
    case "enum":
      return choice(context, flag, facts, text);
    case "json":
      return json(flag, text.trim());
    case "bool":
    case "str":
    case "list":
      return undefined;
    default: {
      const never: never = facts.type;
      return never;
    }
  }
}

function number(context: RuleContext, flag: Flag, facts: FlagFacts, text: string): Finding | undefined {
  // "auto", "None" and an empty text have meanings of their own in some releases.
  if (/^(auto|none|null|)$/i.test(text)) return undefined;
  const value = facts.humanReadable ? humanInteger(text) : facts.type === "int" ? strictInteger(text) : Number(text);
  if (value === undefined || Number.isNaN(value))
    return finding(
      code,
      "error",
      wordOf(flag),
      facts.type === "int"
        ? message('{0} takes a whole number, not "{1}". vLLM would stop at start: "invalid int value".', flag.spelled, clip(text))
        : message('{0} takes a number, not "{1}". vLLM would stop at start: "invalid float value".', flag.spelled, clip(text)),
    );
  const size = blockSize(context, flag, value);
  if (size) return size;
  const low = facts.atLeast !== null && value < facts.atLeast;
  const high = facts.atMost !== null && value > facts.atMost;
  if (!low && !high) return undefined;
  const version = saidVersion(context.pool);
  return finding(
    code,
    version && atLeast(version, "0.10.2") ? "error" : "warning",
    wordOf(flag),
    low
      ? message("{0} must be at least {1}, not {2}. vLLM would stop at start.", flag.spelled, facts.atLeast ?? "", text)
      : message("{0} must be at most {1}, not {2}. vLLM would stop at start.", flag.spelled, facts.atMost ?? "", text),
    { fixes: [setFlagFix(context.pool, flag.name, String((low ? facts.atLeast : facts.atMost) ?? ""), undefined, true)] },
  );
}

/** VM15: a list of sizes up to 0.16, any positive one from 0.18. */
function blockSize({ pool }: RuleContext, flag: Flag, value: number): Finding | undefined {
  const version = saidVersion(pool);
  if (flag.name !== "block-size" || value < 1 || !version || atLeast(version, "0.16.1")) return undefined;
  const sizes = [1, 8, 16, 32, 64, 128, ...(atLeast(version, "0.10.3") ? [256] : [])];
  if (sizes.includes(value)) return undefined;
  const near = sizes.reduce((best, size) => (Math.abs(size - value) < Math.abs(best - value) ? size : best), 16);
  return finding(
    code,
    "error",
    wordOf(flag),
    message(
      '"{0}" is no value of {1}. vLLM would stop at start: "invalid choice". Values: {2}.',
      String(value),
      flag.spelled,
      sizes.join(", "),
    ),
    { fixes: [setFlagFix(pool, flag.name, String(near), undefined, true)] },
  );
}

function strictInteger(text: string): number | undefined {
  return /^[+-]?\d+(_\d+)*$/.test(text) ? Number(text.replaceAll("_", "")) : undefined;
}

/** An error where the choices of the said version, or of every version, are known to be these; else a hint. */
function choice(context: RuleContext, flag: Flag, facts: FlagFacts, text: string): Finding | undefined {
  if (!facts.choices || (facts.choicesOpen && !wasClosed(context, flag)) || facts.choices.includes(text) || /^(none|null|)$/i.test(text))
    return undefined;
  const { versions } = context.catalog.flags("vllm");
  const version = saidVersion(context.pool);
  const always = facts.firstSeen !== null && facts.choicesSince === facts.firstSeen;
  const inRange = version === undefined || inTables(version, context.catalog);
  const certain =
    inRange &&
    (always || facts.choicesOpen || (version !== undefined && facts.choicesSince !== null && atLeast(version, facts.choicesSince)));
  const near = nearestName(text, facts.choices);
  return finding(
    code,
    certain ? "error" : "warning",
    wordOf(flag),
    certain
      ? message(
          '"{0}" is no value of {1}. vLLM would stop at start: "invalid choice". Values: {2}.',
          clip(text),
          flag.spelled,
          few(facts.choices),
        )
      : message(
          '"{0}" is no value of {1} in vLLM {2}; a version without it stops at start. Values: {3}.',
          clip(text),
          flag.spelled,
          versions.at(-1) ?? "",
          few(facts.choices),
        ),
    { fixes: [near === undefined ? undefined : setFlagFix(context.pool, flag.name, near, undefined, true)] },
  );
}

/** The cache's types took names from plugins only with 0.33; before, another name was no choice (VM16). */
function wasClosed({ pool }: RuleContext, { name }: Flag): boolean {
  const version = saidVersion(pool);
  return name === "kv-cache-dtype" && version !== undefined && !atLeast(version, "0.33.0");
}

function json(flag: Flag, text: string): Finding | undefined {
  if (!text.startsWith("{") || parseJson(text)) return undefined;
  return finding(
    code,
    "error",
    wordOf(flag),
    message('The value of {0} is no JSON. vLLM would stop at start: "Invalid JSON".', flag.spelled),
  );
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

function few(choices: readonly string[]): string {
  return choices.length <= 8 ? choices.join(", ") : `${choices.slice(0, 7).join(", ")} …`;
}
