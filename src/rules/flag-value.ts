import type { FlagFacts } from "../catalog/facts.ts";
import type { Flag, Pool } from "../deployment/deployment.ts";
import { engineNames } from "../deployment/engine-names.ts";
import { humanInteger } from "../deployment/human-integer.ts";
import { type Message, message } from "../deployment/message.ts";
import { inTables, saidVersion } from "./certainty.ts";
import { choicesIn } from "./choices.ts";
import { finding } from "./finding.ts";
import { boundsOf } from "./flag-bounds.ts";
import { setFlagFix } from "./flag-fix.ts";
import { factsOf, nearestName } from "./flag-table.ts";
import { wordOf } from "./place.ts";
import { type Finding, laidOutEngines, type Rule, type RuleContext, type Severity } from "./rule.ts";

const code = "flag-value";

type ValueFacts = Pick<FlagFacts, "type" | "choices" | "choiceEras" | "choicesOpen" | "humanReadable" | "atLeast" | "atMost">;

export const flagValue: Rule = {
  code,
  severity: "error",
  summary: "The flag's value is no number where one is needed, outside its range, or not one of its choices.",
  facts: [
    "flag tables of 17 vLLM releases",
    "flag tables of SGLang and TensorRT-LLM",
    "VS18",
    "VM01",
    "VM16",
    "VL02",
    "SM01",
    "SS02",
    "SS06",
    "SW11",
    "TR07",
    "TR09",
  ],
  engines: laidOutEngines,
  check(context) {
    // The last of repeated flags counts.
    return [...context.pool.engine.flags.values()].map((flag) => judge(context, flag)).filter((one) => one !== undefined);
  },
};

function judge(context: RuleContext, flag: Flag): Finding | undefined {
  const facts = valueFacts(context, flag);
  const text = flag.value?.value;
  if (!facts || typeof text !== "string" || flag.negated || /[$`]|\{\{|<\w/.test(text)) return undefined;
  switch (facts.type) {
    case "int":
    case "float":
      return number(context, flag, facts, text.trim());
    case "enum":
      return choice(context, flag, facts, text);
    case "list":
      return windows(context, flag, text);
    case "json":
    case "bool":
    case "str":
      return undefined;
    default: {
      const never: never = facts.type;
      return never;
    }
  }
}

/** What the engine's table says of the value: of a flag, or of a key of TensorRT-LLM's config file; keys inside JSON have a rule of their own. */
function valueFacts({ catalog, deployment }: RuleContext, { name }: Flag): ValueFacts | undefined {
  const flag = name.includes(".") ? undefined : factsOf(catalog.flags(deployment.engine), name);
  if (flag || deployment.engine !== "tensorrt-llm") return flag;
  const option = catalog.options(deployment.engine).options.get(name);
  return option && { ...option, choiceEras: [] };
}

/** Keys of a file are checked against a model that newer releases loosen; the command line's types have stayed. */
function typeSeverity({ deployment }: RuleContext, { spelled }: Flag): Severity {
  return deployment.engine === "tensorrt-llm" && !spelled.startsWith("-") ? "warning" : "error";
}

function number(context: RuleContext, flag: Flag, facts: ValueFacts, text: string): Finding | undefined {
  // "auto", "None" and an empty text have meanings of their own in some releases.
  if (/^(auto|none|null|)$/i.test(text)) return undefined;
  const value = facts.humanReadable ? humanInteger(text) : facts.type === "int" ? strictInteger(text) : Number(text);
  if (value === undefined || Number.isNaN(value))
    return finding(code, typeSeverity(context, flag), wordOf(flag), noNumber(context, flag, facts, clip(text)));
  // Block sizes up to 0.16 (VM15) and LoRA ranks are numbers of a list.
  return outOfBounds(context, flag, facts, value) ?? choice(context, flag, facts, String(value));
}

function noNumber({ deployment }: RuleContext, { spelled }: Flag, { type }: ValueFacts, text: string): Message {
  const engine = engineNames[deployment.engine];
  if (deployment.engine === "tensorrt-llm")
    return type === "int"
      ? message('{0} takes a whole number, not "{1}". {2} would stop at start.', spelled, text, engine)
      : message('{0} takes a number, not "{1}". {2} would stop at start.', spelled, text, engine);
  return type === "int"
    ? message('{0} takes a whole number, not "{1}". {2} would stop at start: "invalid int value".', spelled, text, engine)
    : message('{0} takes a number, not "{1}". {2} would stop at start: "invalid float value".', spelled, text, engine);
}

function outOfBounds(context: RuleContext, flag: Flag, facts: ValueFacts, value: number): Finding | undefined {
  const { pool, deployment } = context;
  const { least, above, most, severity } = boundsOf(context, flag.name, facts);
  const isLow = (least !== undefined && value < least) || (above !== undefined && value <= above);
  const isHigh = most !== undefined && value > most;
  if (!severity || (!isLow && !isHigh)) return undefined;
  const engine = engineNames[deployment.engine];
  const nearest = isHigh ? most : least;
  return finding(
    code,
    severity,
    wordOf(flag),
    isHigh
      ? message("{0} must be at most {1}, not {2}. {3} would stop at start.", flag.spelled, most, value, engine)
      : least === undefined
        ? message("{0} must be above {1}, not {2}. {3} would stop at start.", flag.spelled, above ?? 0, value, engine)
        : message("{0} must be at least {1}, not {2}. {3} would stop at start.", flag.spelled, least, value, engine),
    { fixes: [nearest === undefined ? undefined : boundFix(pool, flag.name, value, nearest, most)] },
  );
}

/** A share written in percent, else the bound itself. */
function boundFix(pool: Pool, name: string, value: number, bound: number, most: number | undefined) {
  const share = most === 1 && value >= 10 && value <= 100 ? value / 100 : bound;
  return setFlagFix(pool, name, String(share), undefined, true);
}

/** TR09: a window for each layer, repeated. */
function windows({ deployment }: RuleContext, flag: Flag, text: string): Finding | undefined {
  if (deployment.engine !== "tensorrt-llm" || flag.name !== "kv_cache_config.max_attention_window") return undefined;
  const sizes = /^[[\]\d\s,+-]+$/.test(text) ? (text.match(/-?\d+/g) ?? []).map(Number) : [];
  const wrong = sizes.find((size) => size <= 0);
  if (wrong === undefined) return undefined;
  return finding(
    code,
    "error",
    wordOf(flag),
    message("An attention window holds at least 1 token, not {0}. TensorRT-LLM would stop at start.", wrong),
  );
}

function strictInteger(text: string): number | undefined {
  return /^[+-]?\d+(_\d+)*$/.test(text) ? Number(text.replaceAll("_", "")) : undefined;
}

/** An error where the said version, or every one, is known to take other words; else a hint where the newest does. */
function choice(context: RuleContext, flag: Flag, facts: ValueFacts, text: string): Finding | undefined {
  if (/^(none|null|)$/i.test(text)) return undefined;
  const { pool, deployment, catalog } = context;
  const table = catalog.flags(deployment.engine);
  const version = saidVersion(pool);
  const covered = version === undefined || inTables(version, table);
  const taken = covered ? choicesIn(facts, version, table) : undefined;
  const newest = facts.choicesOpen ? null : facts.choices;
  const certain = taken !== undefined && !taken.includes(text);
  const choices = certain ? taken : newest;
  if (!choices || choices.includes(text) || (version && taken?.includes(text))) return undefined;
  const near = facts.type === "int" ? enough(Number(text), choices) : nearestName(text, choices);
  const engine = engineNames[deployment.engine];
  const latest = table.versions.at(-1);
  return finding(
    code,
    certain ? choiceSeverity(context) : latest === undefined && near === undefined ? "information" : "warning",
    wordOf(flag),
    certain
      ? message(
          '"{0}" is no value of {1}. {3} would stop at start: "invalid choice". Values: {2}.',
          clip(text),
          flag.spelled,
          few(choices),
          engine,
        )
      : latest === undefined
        ? message(
            '"{0}" is no value of {1} in the {3} known here; a version without it stops at start. Values: {2}.',
            clip(text),
            flag.spelled,
            few(choices),
            engine,
          )
        : message(
            '"{0}" is no value of {1} in {4} {2}; a version without it stops at start. Values: {3}.',
            clip(text),
            flag.spelled,
            latest,
            few(choices),
            engine,
          ),
    { fixes: [near === undefined ? undefined : setFlagFix(pool, flag.name, near, undefined, true)] },
  );
}

/** Plugins register words of their own, for quantisation and backends most of all. */
function choiceSeverity({ pool }: RuleContext): Severity {
  return pool.engine.foreignBuild ? "warning" : "error";
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
