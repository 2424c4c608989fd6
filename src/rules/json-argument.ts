import { parsedJson } from "../catalog/json-text.ts";
import type { Flag, Pool } from "../deployment/deployment.ts";
import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { factsOf, judgeFlags } from "./flag-table.ts";
import { wordOf } from "./place.ts";
import type { Finding, Fix, Rule, RuleContext } from "./rule.ts";

const code = "json-argument";
/** Flags that have taken nothing but an object in every release that has them. */
const objectsOnly = new Set(["kv-transfer-config", "kv-events-config", "speculative-config", "eplb-config", "forest-cascade-attn-configs"]);

export const jsonArgument: Rule = {
  code,
  severity: "error",
  summary: "A JSON argument reaches the engine damaged: quotes lost or left over, braces expanded, or a variable that nobody fills in.",
  facts: ["AS17", "reported failures"],
  engines: ["vllm"],
  check: (context) => judgeFlags(context, judge),
};

function judge({ catalog, pool, deployment }: RuleContext, written: Flag): Finding | undefined {
  const facts = factsOf(catalog.flags("vllm"), written.name);
  // The last of repeated flags counts.
  const flag = pool.engine.flags.get(written.name);
  const text = flag?.value?.value?.trim();
  if (
    facts?.type !== "json" ||
    !flag ||
    flag.negated ||
    text === undefined ||
    text === "" ||
    /\{\{/.test(text) ||
    /^(none|null)$/i.test(text)
  )
    return undefined;
  // Other formats fill `${…}` in before anything is started.
  if (parsedJson(text) !== undefined) return /^(k8s-|lws)/.test(deployment.format) ? unfilled(flag, text) : undefined;
  const inner = withoutQuotes(text);
  if (inner !== undefined) return leftOver(flag, inner);
  // A placeholder that somebody else fills in: what it leaves may be JSON.
  if (/[$`]|\{\{|<\w/.test(text)) return undefined;
  const lost = withQuotes(text);
  if (text.startsWith("{"))
    return finding(
      code,
      "error",
      wordOf(flag),
      lost && pool.engine.site?.style === "shell"
        ? message('The shell took the quotes inside the JSON of {0} away. vLLM would stop at start: "Invalid JSON".', flag.spelled)
        : message('The value of {0} is no JSON. vLLM would stop at start: "Invalid JSON".', flag.spelled),
      { fixes: [lost ? quoteFix(pool, flag) : undefined] },
    );
  if (!objectsOnly.has(flag.name)) return undefined;
  return finding(
    code,
    "error",
    wordOf(flag),
    message(
      '{0} takes a JSON object, and gets "{1}". vLLM would stop at start.',
      flag.spelled,
      text.length > 40 ? `${text.slice(0, 39)}…` : text,
    ),
  );
}

/** JSON inside one more pair of quotes, which nobody takes off. */
function withoutQuotes(text: string): string | undefined {
  const inner = /^(['"])([\s\S]*)\1$/.exec(text)?.[2];
  return inner?.trimStart().startsWith("{") && parsedJson(inner) !== undefined ? inner : undefined;
}

function leftOver(flag: Flag, inner: string): Finding {
  const { valueRange, value } = flag;
  const oneLine = valueRange && valueRange.start.line === valueRange.end.line;
  const verbatim = oneLine && valueRange.end.character - valueRange.start.character === value?.value?.length;
  const fix: Fix | undefined = verbatim
    ? { title: message("Take the inner quotes off"), edits: [{ range: valueRange, newText: inner }], preferred: true }
    : undefined;
  return finding(
    code,
    "error",
    wordOf(flag),
    message(
      'The quotes around the JSON of {0} are part of the argument: no shell takes them off. vLLM would stop at start: "Invalid JSON".',
      flag.spelled,
    ),
    { fixes: [fix] },
  );
}

/** Whether words without quotes become JSON again with them: `{a:b,c:1}`. */
function withQuotes(text: string): boolean {
  if (!/^\{[^"']*\}$/.test(text)) return false;
  const quoted = text.replace(/[^\s{}[\],:]+/g, (word) => (/^(-?\d+(\.\d+)?|true|false|null)$/.test(word) ? word : `"${word}"`));
  return parsedJson(quoted) !== undefined;
}

/** In a shell, single quotes around the whole keep those inside. */
function quoteFix({ engine }: Pool, { valueRange }: Flag): Fix | undefined {
  if (engine.site?.style !== "shell" || !valueRange) return undefined;
  const { start, end } = valueRange;
  return {
    title: message("Put the JSON in single quotes"),
    edits: [
      { range: { start, end: start }, newText: "'" },
      { range: { start: end, end }, newText: "'" },
    ],
    preferred: true,
  };
}

/** `$NAME` in an argument that has passed every shell: single quotes, or a list that no shell reads. */
function unfilled(flag: Flag, text: string): Finding | undefined {
  const name = /\$(?:\{[A-Za-z_]\w*\}|[A-Za-z_]\w*)/.exec(text)?.[0];
  if (name === undefined) return undefined;
  return finding(
    code,
    "warning",
    wordOf(flag),
    message("{0} stays as it is written: no shell fills it in between single quotes or in a list. vLLM takes it literally.", name),
  );
}
