import type { Flag } from "../deployment/deployment.ts";
import { message } from "../deployment/message.ts";
import { atLeast } from "../deployment/version.ts";
import { likelyVersion, saidVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { factsOf } from "./flag-table.ts";
import { wordOf } from "./place.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";

const code = "serve-config";

export const serveConfig: Rule = {
  code,
  severity: "error",
  summary: "The version reads a config file's false, list or mapping in another way than it is meant.",
  facts: ["VF03", "VF04"],
  engines: ["vllm"],
  check(context) {
    if (context.deployment.format !== "vllm-config") return [];
    return context.pool.engine.written.flatMap((flag) =>
      [droppedFalse(context, flag), nested(context, flag)].filter((one) => one !== undefined),
    );
  },
};

/** Switches without a default of their own: the engine turns them on where it can. */
const byItself = new Set(["enable-prefix-caching", "enable-chunked-prefill", "async-scheduling"]);

/** VF03: before 0.28 a false was dropped; that matters where the default is not false. */
function droppedFalse({ catalog, pool }: RuleContext, flag: Flag): Finding | undefined {
  const version = likelyVersion(pool);
  const facts = factsOf(catalog.flags("vllm"), flag.name);
  if (
    !isFalse(flag) ||
    !facts?.negatable ||
    (facts.default === false && !byItself.has(facts.name)) ||
    (version && atLeast(version, "0.26.1"))
  )
    return undefined;
  return finding(
    code,
    version ? "warning" : "information",
    wordOf(flag),
    version
      ? message(
          "vLLM {0} drops false from a config file, so {1} keeps its default. Only 0.28 and newer switch it off.",
          version.text,
          flag.spelled,
        )
      : message("vLLM before 0.28 drops false from a config file, so that {0} would keep its default.", flag.spelled),
    { fixes: [positive(flag)] },
  );
}

/** A key that says yes to something, set to false. */
function isFalse({ negated, spelled, value }: Flag): boolean {
  return negated && !spelled.startsWith("no") && value?.value === null;
}

/** `no-x: true` is understood by every release. */
function positive({ spelled, flagRange, valueRange }: Flag) {
  if (!valueRange) return undefined;
  return {
    title: message("Change to {0}", `no-${spelled}: true`),
    edits: [
      { range: flagRange, newText: `no-${spelled}` },
      { range: valueRange, newText: "true" },
    ],
    preferred: true,
  };
}

/** VF04: mappings are JSON from 0.16.0 on (not in 0.14.1), lists several values from 0.10.2 on (not in 0.9.2). */
function nested({ catalog, pool }: RuleContext, flag: Flag): Finding | undefined {
  const version = saidVersion(pool);
  const type = factsOf(catalog.flags("vllm"), flag.name)?.type;
  if (!version || atLeast(version, "0.14.2") || type !== "json" || !isBlockMapping(flag)) return undefined;
  return finding(
    code,
    "error",
    flag.flagRange,
    message(
      "vLLM {0} does not turn a mapping in a config file into JSON and would stop. Write the JSON as one quoted text, or use 0.16 or newer.",
      version.text,
    ),
  );
}

/** Over several lines and without a blank between tokens: JSON made of a mapping, not written as such. */
function isBlockMapping({ value, valueRange }: Flag): boolean {
  const text = value?.value;
  if (typeof text !== "string" || !text.startsWith("{") || !valueRange || valueRange.start.line === valueRange.end.line) return false;
  return !/[,:]\s/.test(text) && !text.includes("\n");
}
