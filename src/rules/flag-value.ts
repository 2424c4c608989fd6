import type { FlagFacts } from "../catalog/facts.ts";
import type { Flag } from "../deployment/deployment.ts";
import { humanInteger } from "../deployment/human-integer.ts";
import { message } from "../deployment/message.ts";
import { atLeast } from "../deployment/version.ts";
import { inTables, saidVersion } from "./certainty.ts";
import { choicesIn } from "./choices.ts";
import { finding } from "./finding.ts";
import { setFlagFix } from "./flag-fix.ts";
import { factsOf, nearestName } from "./flag-table.ts";
import { wordOf } from "./place.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";

const code = "flag-value";

export const flagValue: Rule = {
  code,
  severity: "error",
  summary: "The flag's value is no number where one is needed, outside its range, or not one of its choices.",
  facts: ["flag tables of 17 vLLM releases", "VS18", "VM01", "VM16", "VL02"],
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
  const low = facts.atLeast !== null && value < facts.atLeast;
  const high = facts.atMost !== null && value > facts.atMost;
  // Block sizes up to 0.16 (VM15) and LoRA ranks are numbers of a list.
  if (!low && !high) return choice(context, flag, facts, String(value));
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

function strictInteger(text: string): number | undefined {
  return /^[+-]?\d+(_\d+)*$/.test(text) ? Number(text.replaceAll("_", "")) : undefined;
}

/** An error where the said version, or every one, is known to take other words; else a hint where the newest does. */
function choice(context: RuleContext, flag: Flag, facts: FlagFacts, text: string): Finding | undefined {
  if (/^(none|null|)$/i.test(text)) return undefined;
  const table = context.catalog.flags("vllm");
  const version = saidVersion(context.pool);
  const covered = version === undefined || inTables(version, context.catalog);
  const taken = covered ? choicesIn(facts, version, table) : undefined;
  const newest = facts.choicesOpen ? null : facts.choices;
  const certain = taken !== undefined && !taken.includes(text);
  const choices = certain ? taken : newest;
  if (!choices || choices.includes(text) || (version && taken?.includes(text))) return undefined;
  const near = facts.type === "int" ? enough(Number(text), choices) : nearestName(text, choices);
  return finding(
    code,
    certain ? "error" : "warning",
    wordOf(flag),
    certain
      ? message(
          '"{0}" is no value of {1}. vLLM would stop at start: "invalid choice". Values: {2}.',
          clip(text),
          flag.spelled,
          few(choices),
        )
      : message(
          '"{0}" is no value of {1} in vLLM {2}; a version without it stops at start. Values: {3}.',
          clip(text),
          flag.spelled,
          table.versions.at(-1) ?? "",
          few(choices),
        ),
    { fixes: [near === undefined ? undefined : setFlagFix(context.pool, flag.name, near, undefined, true)] },
  );
}

/** Room for as much as is asked for, else the most there is. */
function enough(value: number, choices: readonly string[]): string | undefined {
  const sizes = [...choices].sort((a, b) => Number(a) - Number(b));
  return sizes.find((size) => Number(size) >= value) ?? sizes.at(-1);
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

function few(choices: readonly string[]): string {
  return choices.length <= 8 ? choices.join(", ") : `${choices.slice(0, 7).join(", ")} …`;
}
