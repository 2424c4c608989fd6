import { whole } from "../catalog/quantity.ts";
import { type Message, message } from "../deployment/message.ts";
import type { SettledPool } from "../deployment/settled.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import { finding } from "./finding.ts";
import { setFlagFix } from "./flag-fix.ts";
import { gpuNamedHere } from "./known.ts";
import { flagOf, modelPlace, wordOf } from "./place.ts";
import type { Finding, RuleContext } from "./rule.ts";

/** The setting of engines that start with a length their pool does not hold. */
const lengthFlags = { sglang: "context-length", "tensorrt-llm": "max_seq_len" } as const;

const lengthStep = 1024;

/**
 * A length that the pool does not hold: SGLang starts and refuses longer requests one by one (managers/tp_worker.py, max_req_len),
 * TensorRT-LLM shortens the length (pyexecutor/_util.py, _create_kv_cache_manager).
 */
export function lengthAbovePool(code: string, { memory, pool, deployment, settledPool }: RuleContext): Finding | undefined {
  if (!memory?.fits || !settledPool || settledPool.budget.engine === "vllm") return undefined;
  const { engine } = settledPool.budget;
  const { maxModelLen } = settledPool.settings;
  const longest = Math.floor(memory.longestModelLen);
  if (longest >= maxModelLen || surest(memory) >= maxModelLen || longest <= 0) return undefined;
  const flag = flagOf(pool, lengthFlags[engine]);
  const rounded = Math.floor(longest / lengthStep) * lengthStep;
  return finding(
    code,
    flag ? "warning" : "information",
    flag ? wordOf(flag) : modelPlace(deployment),
    words(engine, whole(maxModelLen), whole(longest)),
    {
      related: [gpuNamedHere(pool)],
      fixes: flag && rounded > 0 ? [setFlagFix(pool, flag.name, String(rounded), undefined, true)] : [],
    },
  );
}

/** Tokens that the pool holds at the kind end of its band. */
function surest({ ranks, tightest, longestModelLen }: MemoryPlan): number {
  const rank = ranks[tightest];
  return rank && rank.kvBytesPerToken > 0 ? longestModelLen + rank.kvCacheSpread / rank.kvBytesPerToken : longestModelLen;
}

function words(engine: Exclude<SettledPool["budget"]["engine"], "vllm">, wanted: string, longest: string): Message {
  return engine === "sglang"
    ? message("A request of {0} tokens does not fit: the pool holds about {1}. SGLang starts and refuses longer requests.", wanted, longest)
    : message(
        "A request of {0} tokens does not fit: the cache holds about {1}. TensorRT-LLM starts and shortens max_seq_len to that.",
        wanted,
        longest,
      );
}
