import type { Pool } from "../deployment/deployment.ts";
import { message } from "../deployment/message.ts";
import type { Range } from "../deployment/text.ts";
import { atLeast } from "../deployment/version.ts";
import { refusedWithFlag, saidVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix, setFlagFix } from "./flag-fix.ts";
import { flagInteger } from "./flag-number.ts";
import { flagText } from "./flag-text.ts";
import { jsonFlag } from "./json-flag.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";

const code = "capture-sizes";
const flags = { sizes: "cudagraph-capture-sizes", largest: "max-cudagraph-capture-size" } as const;

export const captureSizes: Rule = {
  code,
  severity: "error",
  summary: "The batch sizes captured as CUDA graphs are said twice, or contradict their largest.",
  facts: ["VS15"],
  engines: ["vllm"],
  check(context) {
    if (!refusedWithFlag(context.pool, "0.11.2")) return [];
    return [...twice(context), inconsistent(context)].filter((one) => one !== undefined);
  },
};

/** The flag and the same key of the compilation config. */
function twice({ pool }: RuleContext): readonly Finding[] {
  const config = jsonFlag(pool, "compilation-config");
  return Object.values(flags).flatMap((name) => {
    const flag = pool.engine.flags.get(name);
    const key = name.replaceAll("-", "_");
    const member = config?.members.get(key);
    if (!flag || !member || member.value === null) return [];
    return [
      finding(
        code,
        "error",
        flag.flagRange,
        message("{0} and {1} in the compilation config exclude each other. vLLM would stop at start.", flag.spelled, key),
        {
          related: [{ range: member.range, message: message("it is said a second time here") }],
          fixes: [removeFlagFix(pool, flag, true)],
        },
      ),
    ];
  });
}

/** Sizes above the tokens of a step are dropped first, so that the largest left counts; with them the outcome is not certain. */
function inconsistent({ pool }: RuleContext): Finding | undefined {
  const sizes = sizesOf(pool);
  const largest = largestOf(pool);
  if (!sizes || sizes.values.length === 0 || !largest || isEager(pool)) return undefined;
  const most = Math.max(...sizes.values);
  const tokens = flagInteger(pool, "max-num-batched-tokens");
  if (largest.value === most || most > (tokens?.value ?? 2048)) return undefined;
  const version = saidVersion(pool);
  return finding(
    code,
    version && atLeast(version, "0.11.2") ? "error" : "warning",
    largest.range,
    message("max-cudagraph-capture-size {0} is not the largest of the sizes given, {1}. vLLM would stop at start.", largest.value, most),
    {
      related: [{ range: sizes.range, message: message("sizes are listed here") }],
      fixes: [pool.engine.flags.has(flags.largest) ? setFlagFix(pool, flags.largest, String(most), undefined, true) : undefined],
    },
  );
}

function sizesOf(pool: Pool): { readonly values: readonly number[]; readonly range: Range } | undefined {
  const text = flagText(pool, flags.sizes);
  if (text) return numbers(text.value.split(/\s+/), text.range);
  const member = jsonFlag(pool, "compilation-config")?.members.get("cudagraph_capture_sizes");
  return member && Array.isArray(member.value) ? numbers(member.value.map(String), member.range) : undefined;
}

function numbers(words: readonly string[], range: Range) {
  return words.every((word) => /^\d+$/.test(word)) ? { values: words.map(Number), range } : undefined;
}

function largestOf(pool: Pool): { readonly value: number; readonly range: Range } | undefined {
  const flag = flagInteger(pool, flags.largest);
  if (flag) return flag;
  const member = jsonFlag(pool, "compilation-config")?.members.get("max_cudagraph_capture_size");
  return member && typeof member.value === "number" ? { value: member.value, range: member.range } : undefined;
}

/** Without graphs nothing is captured or compared. */
function isEager(pool: Pool): boolean {
  const config = jsonFlag(pool, "compilation-config");
  return (
    pool.engine.flags.has("enforce-eager") || config?.members.has("cudagraph_mode") === true || pool.engine.flags.has("optimization-level")
  );
}
