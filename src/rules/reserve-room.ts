import { gib, whole } from "../catalog/quantity.ts";
import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { setFlagFix } from "./flag-fix.ts";
import { flagOf, wordOf } from "./place.ts";
import type { Finding, Fix, RuleContext } from "./rule.ts";

const share = "mem-fraction-static";
const chunks = [8192, 4096, 2048];

/** SGLang measures nothing of what runs beside weights and pool: a written share that leaves too little ends in CUDA out of memory, at capture or under load (SM02). */
export function reserveRoom(code: string, context: RuleContext): Finding | undefined {
  const { memory, pool, settledPool } = context;
  const rank = memory?.ranks[memory.tightest];
  const flag = flagOf(pool, share);
  if (!memory?.fits || !rank || !flag || settledPool?.gpu.vendor !== "nvidia") return undefined;
  const left = rank.steps.find(({ part }) => part === "reserve");
  if (!left || left.value + left.spread >= 0) return undefined;
  const needs = rank.reservedBytes - left.value;
  const text = message(
    "Leaves {0} of each GPU free, and a chunk of {1} tokens with its CUDA graphs takes about {2}. SGLang may run out of memory while it captures graphs or under load.",
    gib(rank.reservedBytes),
    whole(settledPool.settings.maxNumBatchedTokens),
    gib(needs),
  );
  return finding(code, "warning", wordOf(flag), text, { fixes: [smallerShare(context, needs), smallerChunk(context)] });
}

function smallerShare({ pool, memory, tryWith }: RuleContext, needs: number): Fix | undefined {
  const rank = memory?.ranks[memory.tightest];
  if (!rank) return undefined;
  const value = (Math.floor((1 - needs / (rank.totalBytes - rank.nonTorchBytes)) * 100) / 100).toFixed(2);
  return Number(value) > 0 && tryWith({ [share]: value })?.fits ? setFlagFix(pool, share, value, undefined, true) : undefined;
}

function smallerChunk({ pool, settledPool, tryWith }: RuleContext): Fix | undefined {
  const now = settledPool ? settledPool.settings.maxNumBatchedTokens * settledPool.layout.attentionData : 0;
  const helps = (tokens: number): boolean => {
    const plan = tryWith({ "chunked-prefill-size": String(tokens) });
    const left = plan?.ranks[plan.tightest]?.steps.find(({ part }) => part === "reserve");
    return left !== undefined && left.value >= 0;
  };
  const found = chunks.find((tokens) => tokens < now && helps(tokens));
  return found === undefined ? undefined : setFlagFix(pool, "chunked-prefill-size", String(found));
}
