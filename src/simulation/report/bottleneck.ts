import { duration, figure, percent, whole } from "../../catalog/quantity.ts";
import type { Scheduling } from "../../deployment/settled.ts";
import type { Batch, Operator } from "../../timing/step-model.ts";
import { emptyBatch } from "../../timing/step-model.ts";
import { noBlocks, noSequences } from "../engine/scheduling.ts";
import type { ClusterPool } from "../placement/cluster.ts";
import { type Duty, dutiesOf, longestWait } from "./duties.ts";
import type { Bottleneck, ModeTime, Resource } from "./report.ts";
import type { RunResult } from "./run-result.ts";

/** Share of step time from which a wait for something counts as the limit. */
const limiting = 0.15;
/** Share of the time in use from which the link between pools counts as the limit, or the server before a core. */
const mostlyBusy = 0.9;

interface Evidence {
  readonly run: RunResult;
  readonly pools: readonly ClusterPool[];
  /** By pool. */
  readonly modes: readonly (readonly ModeTime[])[];
  readonly fullSpans: readonly { readonly from: number; readonly to: number }[];
  readonly maxInFlight: number;
}

/** What limits the run: first what keeps requests waiting, then, where nothing does, what the steps are made of. */
export function bottleneck({ run, pools, modes, fullSpans, maxInFlight }: Evidence): Bottleneck {
  const duties = dutiesOf(run, pools, modes);
  if (duties.every(({ stepSeconds }) => stepSeconds === 0)) return say("arrivals", "Not limited: no step was run.");
  const runSeconds = (run.end - run.origin) / 1e9;
  const capped = runSeconds > 0 ? run.cluster.meter.cappedNanoseconds / 1e9 / runSeconds : 0;
  const busiest = duties.reduce((most, one) => (one.busy > most.busy ? one : most));
  // What waits in a decode pool holds up the prefill pool before it, so that the last in line decides.
  const fullest = duties.findLast((duty) => longestWait(duty).share >= limiting) ?? busiest;
  const { reason, share } = longestWait(fullest);
  if (capped >= 0.5 && share < 0.5)
    return say(
      "client",
      `Limited by the client. It keeps at most ${whole(maxInFlight)} requests in flight and holds others back ${percent(capped)} of the time.`,
    );
  if (run.linkShare >= mostlyBusy)
    return say("kv-transfer", `Limited by the link between the pools. A port of it moves KV cache ${percent(run.linkShare)} of the time.`);
  if (run.frontEndShare >= mostlyBusy)
    return say(
      "front-end",
      `Limited by the server before the engine. It makes tokens into text and sends them ${percent(run.frontEndShare)} of the time, and what the engine makes meanwhile waits.`,
    );
  if (share >= limiting) {
    if (reason === noBlocks) return kvCache(fullest, share, duties.length > 1 ? [] : fullSpans);
    if (reason === noSequences) return sequences(fullest, share);
    return budget(fullest, share);
  }
  if (busiest.busy <= 0.7)
    return say(
      "arrivals",
      `Not limited: ${percent(1 - busiest.busy)} of the time idle${duties.length > 1 ? `, even ${poolWords(busiest)}` : ""}.`,
    );
  return byOperator(busiest);
}

function say(resource: Resource, sentence: string): Bottleneck {
  return { resource, sentence, from: null, to: null };
}

function poolWords({ role }: Duty): string {
  return `the ${role} pool`;
}

/** ` in the decode pool`, where there are several. */
function inPool(duty: Duty): string {
  return duty.role === "mixed" ? "" : ` in ${poolWords(duty)}`;
}

function kvCache(duty: Duty, share: number, spans: Evidence["fullSpans"]): Bottleneck {
  const total = spans.reduce((sum, span) => sum + span.to - span.from, 0);
  const longest = spans.reduce<{ from: number; to: number } | null>(
    (most, span) => (!most || span.to - span.from > most.to - most.from ? span : most),
    null,
  );
  const { preemptions } = duty.totals;
  const howLong = longest ? `Full for ${duration(total)}` : `Full for ${percent(share)} of step time`;
  const mechanism =
    preemptions > 0 ? `, ${whole(preemptions)} ${preemptions === 1 ? "request was" : "requests were"} preempted and computed again` : "";
  return {
    resource: "kv-cache",
    sentence: `Limited by KV cache space${inPool(duty)}. ${howLong}: waiting requests start only when running ones free their blocks${mechanism}.`,
    from: longest?.from ?? null,
    to: longest?.to ?? null,
  };
}

/** What the limit of requests at once is called. */
const sequencesFlag: Readonly<Record<Scheduling["engine"], string>> = {
  vllm: "max-num-seqs",
  sglang: "max-running-requests",
  "tensorrt-llm": "max_batch_size",
  phased: "the batch size",
};

function sequences(duty: Duty, share: number): Bottleneck {
  const most = Math.max(...duty.pools.map((pool) => pool.limits.maxNumSeqs));
  const flags = new Set(duty.pools.map((pool) => sequencesFlag[pool.scheduling.engine]));
  return say(
    "max-num-seqs",
    `Limited by ${[...flags].join(", ")}${inPool(duty)}. For ${percent(share)} of step time ${whole(most)} requests run and the next ones wait, though KV cache space is left.`,
  );
}

/** A larger token budget helps only while a larger step takes less than proportionally longer. */
function budget(duty: Duty, share: number): Bottleneck {
  const busiest = duty.logs.reduce((best, log, i) => (log.seconds > (duty.logs[best]?.seconds ?? 0) ? i : best), 0);
  const pool = duty.pools[busiest];
  if (pool) {
    const tokens = pool.limits.maxNumBatchedTokens;
    const once = pool.model.stepSeconds(prompt(tokens));
    const twice = pool.model.stepSeconds(prompt(2 * tokens));
    if (twice < 1.5 * once)
      return say(
        "token-budget",
        `Limited by the token budget${inPool(duty)}. For ${percent(share)} of step time prompts wait for room in steps of ${whole(tokens)} tokens; twice as many would take only ${figure(twice / once)} times as long.`,
      );
  }
  const matrix = shareOf(duty.modes, ["matrix", "prefill-attention"]);
  return say(
    "prefill-compute",
    `Limited by prefill compute${inPool(duty)}. For ${percent(share)} of step time prompts wait for their turn; matrix products and prompt attention take ${percent(matrix)} of it.`,
  );
}

function prompt(tokens: number): Batch {
  return { ...emptyBatch(), tokens, prefillTokens: tokens, prefillChunks: 1, prefillPairs: (tokens * tokens) / 2 };
}

function byOperator(duty: Duty): Bottleneck {
  const collectives = shareOf(duty.modes, ["collectives"]);
  const host = shareOf(duty.modes, ["host"]);
  const prefill = duty.logs.reduce((sum, log) => sum + log.prefillSeconds, 0) / duty.stepSeconds;
  const rest = 1 - collectives - host;
  const where = inPool(duty);
  if (collectives > host && collectives > rest / 2)
    return say("collectives", `Limited by collectives${where}. GPUs exchange data for ${percent(collectives)} of step time.`);
  if (host > rest / 2)
    return say("host", `Limited by the host${where}. Preparing steps takes ${percent(host)} of step time, while the GPUs wait.`);
  if (prefill >= 0.5)
    return say(
      "prefill-compute",
      `Limited by prefill compute${where}. Steps that mostly compute prompts take ${percent(prefill)} of step time.`,
    );
  return say(
    "decode-bandwidth",
    `Limited by decode bandwidth${where}. Steps that mostly read weights and KV cache to make one token a request take ${percent(1 - prefill)} of step time.`,
  );
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
