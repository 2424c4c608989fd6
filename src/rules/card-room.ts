import { gib, percent, whole } from "../catalog/quantity.ts";
import { message } from "../deployment/message.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { atLeast } from "../deployment/version.ts";
import { contextBytes, piecesBytes, spareBytes } from "../memory/card-room.ts";
import type { RankMemory } from "../memory/plan.ts";
import { saidVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { setFlagFix } from "./flag-fix.ts";
import { flagOf, modelPlace, wordOf } from "./place.ts";
import { reserveRoom } from "./reserve-room.ts";
import type { Finding, Fix, Rule, RuleContext } from "./rule.ts";

const code = "card-room";
const share = "gpu-memory-utilization";
/** Even the smallest context takes more of a card than this leaves. */
const wholeCard = 0.999;

export const cardRoom: Rule = {
  code,
  severity: "error",
  summary: "The engine takes so much of a card that too little stays for its own context, or for warming up.",
  facts: ["VM02", "VM04", "SM02"],
  engines: ["vllm", "sglang"],
  check(context) {
    const { memory, settledPool } = context;
    if (settledPool?.budget.engine === "sglang") return [reserveRoom(code, context)].filter((one) => one !== undefined);
    const rank = memory?.ranks[memory.tightest];
    if (!memory || !rank || settledPool?.budget.engine !== "vllm" || settledPool.gpu.vendor !== "nvidia") return [];
    // More than a whole card is no share at all, which is told elsewhere (VM01).
    if (settledPool.budget.gpuMemoryUtilization > 1) return [];
    const found = notFree(context, rank, settledPool) ?? (memory.fits ? noSpare(context, rank, settledPool) : undefined);
    return found ? [found] : [];
  },
};

/** The engine compares what it was told to take with what is free when it begins. */
function notFree(context: RuleContext, rank: RankMemory, settledPool: SettledPool): Finding | undefined {
  const { pool } = context;
  const flag = flagOf(pool, share);
  const free = rank.totalBytes - contextBytes(settledPool);
  if (!flag || rank.budgetBytes <= free || !atLeast(settledPool.version, "0.9.2")) return undefined;
  const isSure = rank.budgetBytes >= wholeCard * rank.totalBytes && saidVersion(pool) !== undefined;
  const words = [percent(rank.budgetBytes / rank.totalBytes), gib(rank.totalBytes), gib(free)] as const;
  const text = isSure
    ? message(
        'Takes {0} of a card of {1}, of which about {2} are free once its own context is there. vLLM would stop at start: "Free memory on device … is less than desired GPU memory utilization".',
        ...words,
      )
    : message(
        'Takes {0} of a card of {1}, of which about {2} are free once its own context is there. vLLM may stop at start: "Free memory on device … is less than desired GPU memory utilization".',
        ...words,
      );
  const most = Math.floor((free / rank.totalBytes) * 100);
  return finding(code, isSure ? "error" : "warning", wordOf(flag), text, { fixes: [smallerShare(context, settledPool, most)] });
}

/** Pieces that the allocator cannot use again are lost to the largest step when it comes back after the graphs. */
function noSpare(context: RuleContext, rank: RankMemory, settledPool: SettledPool): Finding | undefined {
  const { pool, deployment } = context;
  const spare = spareBytes(rank, settledPool);
  const flag = flagOf(pool, "kv-cache-memory-bytes") ?? flagOf(pool, share);
  if (spare === undefined || hasSpare(rank, settledPool)) return undefined;
  const text = message(
    "Beside weights, cache, graphs and the largest step ({0}) about {1} of the card stay. Starts as close as this have run out of memory while vLLM warmed up its sampler for {2} sequences.",
    gib(rank.activationBytes),
    gib(Math.max(0, spare)),
    whole(settledPool.settings.maxNumSeqs),
  );
  return finding(code, "warning", flag ? wordOf(flag) : modelPlace(deployment), text, { fixes: roomier(context, settledPool) });
}

/** Fewer sequences make the largest step smaller; each change is tried on the memory model. */
function roomier(context: RuleContext, settledPool: SettledPool): readonly (Fix | undefined)[] {
  const { pool } = context;
  const current = settledPool.budget.engine === "vllm" ? Math.floor(settledPool.budget.gpuMemoryUtilization * 100) : 0;
  const fewer = [512, 256, 128].find(
    (count) => count < settledPool.settings.maxNumSeqs && starts(context, settledPool, { "max-num-seqs": String(count) }),
  );
  return [
    smallerShare(context, settledPool, current - 1),
    fewer === undefined ? undefined : setFlagFix(pool, "max-num-seqs", String(fewer)),
  ];
}

/** The largest share, up to so many hundredths, that starts with room. */
function smallerShare(context: RuleContext, settledPool: SettledPool, most: number): Fix | undefined {
  if (!flagOf(context.pool, share)) return undefined;
  const shares = Array.from({ length: 10 }, (_, i) => ((most - i) / 100).toFixed(2));
  const found = shares.find((value) => starts(context, settledPool, { [share]: value }));
  return found === undefined ? undefined : setFlagFix(context.pool, share, found, undefined, true);
}

function starts(context: RuleContext, settledPool: SettledPool, changes: Readonly<Record<string, string>>): boolean {
  const plan = context.tryWith(changes);
  const rank = plan?.fits ? plan.ranks[plan.tightest] : undefined;
  return rank !== undefined && hasSpare(rank, settledPool);
}

function hasSpare(rank: RankMemory, settledPool: SettledPool): boolean {
  const spare = spareBytes(rank, settledPool);
  return spare === undefined || spare >= piecesBytes(rank, settledPool);
}
