import { duration, figure, percent, whole } from "../catalog/quantity.ts";
import type { Batch, Operator } from "../timing/step-model.ts";
import { emptyBatch } from "../timing/step-model.ts";
import type { ClusterPool } from "./cluster.ts";
import type { Bottleneck, ModeTime, Resource } from "./report.ts";
import type { RunResult } from "./run.ts";
import { noBlocks, noBudget, noSequences } from "./scheduling.ts";

/** Share of step time from which a wait for something counts as the limit. */
const limiting = 0.15;

interface Evidence {
  readonly run: RunResult;
  readonly pools: readonly ClusterPool[];
  readonly modes: readonly ModeTime[];
  readonly fullSpans: readonly { readonly from: number; readonly to: number }[];
  readonly maxInFlight: number;
}

/** What limits the run: first what keeps requests waiting, then, where nothing does, what the steps are made of. */
export function bottleneck(evidence: Evidence): Bottleneck {
  const { run, pools, fullSpans } = evidence;
  const { logs, meter } = run.cluster;
  const stepSeconds = logs.reduce((sum, log) => sum + log.seconds, 0);
  if (stepSeconds === 0) return { resource: "arrivals", sentence: "Not limited: no step was run.", from: null, to: null };
  const blocked = (reason: number) => logs.reduce((sum, log) => sum + (log.blockedSeconds[reason] as number), 0) / stepSeconds;
  const runSeconds = (run.end - run.origin) / 1e9;
  const idle = 1 - meter.busyShare(run.end);
  const say = (resource: Resource, sentence: string): Bottleneck => ({ resource, sentence, from: null, to: null });

  const capped = runSeconds > 0 ? meter.cappedNanoseconds / 1e9 / runSeconds : 0;
  const strongest = Math.max(blocked(noBlocks), blocked(noSequences), blocked(noBudget));
  if (capped >= 0.5 && strongest < 0.5)
    return say(
      "client",
      `Limited by the client. It keeps at most ${whole(evidence.maxInFlight)} requests in flight and holds others back ${percent(capped)} of the time.`,
    );
  if (strongest >= limiting) {
    if (blocked(noBlocks) === strongest) return kvCache(blocked(noBlocks), fullSpans, run);
    if (blocked(noSequences) === strongest) {
      const most = Math.max(...pools.map((pool) => pool.limits.maxNumSeqs));
      return say(
        "max-num-seqs",
        `Limited by max-num-seqs. For ${percent(strongest)} of step time ${whole(most)} requests run and the next ones wait, though KV cache space is left.`,
      );
    }
    return budget(evidence, strongest);
  }
  if (idle >= 0.3) return say("arrivals", `Not limited: ${percent(idle)} of the time idle.`);
  return byOperator(evidence, stepSeconds);
}

function kvCache(share: number, spans: Evidence["fullSpans"], run: RunResult): Bottleneck {
  const total = spans.reduce((sum, span) => sum + span.to - span.from, 0);
  const longest = spans.reduce<{ from: number; to: number } | null>(
    (most, span) => (!most || span.to - span.from > most.to - most.from ? span : most),
    null,
  );
  const { preemptions } = run.cluster.totals;
  const howLong = longest ? `Full for ${duration(total)}` : `Full for ${percent(share)} of step time`;
  const mechanism =
    preemptions > 0 ? `, ${whole(preemptions)} ${preemptions === 1 ? "request was" : "requests were"} preempted and computed again` : "";
  return {
    resource: "kv-cache",
    sentence: `Limited by KV cache space. ${howLong}: waiting requests start only when running ones free their blocks${mechanism}.`,
    from: longest?.from ?? null,
    to: longest?.to ?? null,
  };
}

/** A larger token budget helps only while a larger step takes less than proportionally longer. */
function budget({ pools, run, modes }: Evidence, share: number): Bottleneck {
  const busiest = run.cluster.logs.reduce((best, log, i) => (log.seconds > (run.cluster.logs[best]?.seconds ?? 0) ? i : best), 0);
  const pool = pools[busiest];
  const none = { from: null, to: null };
  if (pool) {
    const tokens = pool.limits.maxNumBatchedTokens;
    const once = pool.model.stepSeconds(prompt(tokens));
    const twice = pool.model.stepSeconds(prompt(2 * tokens));
    if (twice < 1.5 * once)
      return {
        resource: "token-budget",
        sentence: `Limited by the token budget. For ${percent(share)} of step time prompts wait for room in steps of ${whole(tokens)} tokens; twice as many would take only ${figure(twice / once)} times as long.`,
        ...none,
      };
  }
  const matrix = shareOf(modes, ["matrix", "prefill-attention"]);
  return {
    resource: "prefill-compute",
    sentence: `Limited by prefill compute. For ${percent(share)} of step time prompts wait for their turn; matrix products and prompt attention take ${percent(matrix)} of it.`,
    ...none,
  };
}

function prompt(tokens: number): Batch {
  return { ...emptyBatch(), tokens, prefillTokens: tokens, prefillChunks: 1, prefillPairs: (tokens * tokens) / 2 };
}

function byOperator({ modes, run }: Evidence, stepSeconds: number): Bottleneck {
  const none = { from: null, to: null };
  const collectives = shareOf(modes, ["collectives"]);
  const host = shareOf(modes, ["host"]);
  const prefill = run.cluster.logs.reduce((sum, log) => sum + log.prefillSeconds, 0) / stepSeconds;
  const rest = 1 - collectives - host;
  if (collectives > host && collectives > rest / 2)
    return {
      resource: "collectives",
      sentence: `Limited by collectives. GPUs exchange data for ${percent(collectives)} of step time.`,
      ...none,
    };
  if (host > rest / 2)
    return {
      resource: "host",
      sentence: `Limited by the host. Preparing steps takes ${percent(host)} of step time, while the GPUs wait.`,
      ...none,
    };
  if (prefill >= 0.5)
    return {
      resource: "prefill-compute",
      sentence: `Limited by prefill compute. Steps that mostly compute prompts take ${percent(prefill)} of step time.`,
      ...none,
    };
  return {
    resource: "decode-bandwidth",
    sentence: `Limited by decode bandwidth. Steps that mostly read weights and KV cache to make one token a request take ${percent(1 - prefill)} of step time.`,
    ...none,
  };
}

function shareOf(modes: readonly ModeTime[], operators: readonly Operator[]): number {
  let part = 0;
  let total = 0;
  for (const mode of modes) {
    total += mode.seconds;
    for (const operator of operators) part += mode.byOperator[operator];
  }
  return total > 0 ? part / total : 0;
}
