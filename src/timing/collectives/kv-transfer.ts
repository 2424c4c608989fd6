import type { JudgedEngine, Layout, SettledPool } from "../../deployment/settled.ts";
import { blocksNeeded } from "../../memory/kv-shape.ts";
import type { MemoryPlan } from "../../memory/plan.ts";
import { sendSeconds } from "./collectives.ts";

/**
 * What a decode instance gets of a prompt that another one computed. vLLM's gets the cache and computes the prompt's last token again, and
 * the answer's first with it (v1/core/sched/scheduler.py, _update_waiting_for_remote_kv). SGLang's and TensorRT-LLM's get the first token
 * too, and pass it on when the request joins a step (disaggregation/decode.py, pop_transferred; pyexecutor/py_executor.py,
 * _handle_first_token_response). Of none does the client hear before the cache has moved: the first token's time includes that.
 */
export type HandedOver = "cache" | "cache-and-token";

export function handedOver(engine: JudgedEngine): HandedOver {
  return engine === "vllm" ? "cache" : "cache-and-token";
}

/** A pool with what its cache holds. */
export interface CachedPool {
  readonly pool: SettledPool;
  readonly plan: MemoryPlan;
}

/** How keys and values of a prompt get from a prefill to a decode instance. */
export interface KvTransfer {
  /** From the end of a prompt until its request has reached the decode instance's queue. */
  readonly handOverSeconds: number;
  /** Until the first byte is there. */
  readonly latencySeconds: number;
  /** Of a GPU that receives, with its port to itself: for each token, and for the states of a sequence. */
  readonly secondsPerToken: number;
  readonly secondsPerSequence: number;
  /** Of all GPUs that receive. */
  readonly bytesPerToken: number;
  readonly bytesPerSequence: number;
  /** Of what each receiver gets, what each sender sends: receivers of a copy each by senders. */
  readonly sentShare: number;
}

/**
 * What a second server, its front end and their agreement on the blocks add to a prompt's time: fitted on TTFT at concurrency 4 to 8 of
 * disaggregated runs (silicon_e2e, Dynamo in front). vLLM's are not among them: taken as TensorRT-LLM's, which hands over in the same order.
 */
const handOverSeconds: Readonly<Record<JudgedEngine, number>> = { vllm: 0.055, "tensorrt-llm": 0.055, sglang: 0.125 };
const probeBytes = 2 ** 30;

/** Every receiving GPU fetches its share over its own port from the GPUs that have it; they send over theirs. */
export function kvTransfer(prefill: CachedPool, decode: CachedPool, oneNode: boolean): KvTransfer {
  const slower = (bytes: number): number => Math.max(...[prefill, decode].map(({ pool }) => sendSeconds(pool, bytes, !oneNode)));
  const latencySeconds = slower(0);
  const secondsPerByte = (slower(probeBytes) - latencySeconds) / probeBytes;
  const { kvShape, kvBytesPerToken } = decode.plan;
  const stateBytes = blocksNeeded(kvShape, 0) * kvShape.blockBytes;
  const receivers = replicaGpus(decode.pool.layout);
  return {
    handOverSeconds: handOverSeconds[decode.pool.budget.engine],
    latencySeconds,
    secondsPerToken: kvBytesPerToken * secondsPerByte,
    secondsPerSequence: stateBytes * secondsPerByte,
    bytesPerToken: kvBytesPerToken * receivers,
    bytesPerSequence: stateBytes * receivers,
    sentShare: receivers / replicaGpus(prefill.pool.layout),
  };
}

/** Of one attention replica: they hold a sequence's cache. */
function replicaGpus({ tensor, pipeline, sequence, prefillContext }: Layout): number {
  return tensor * pipeline * sequence * prefillContext;
}

/** What the ports of one attention replica move in a second together, each way. */
export function portsBytesPerSecond(pool: SettledPool, oneNode: boolean): number {
  return (replicaGpus(pool.layout) * probeBytes) / (sendSeconds(pool, probeBytes, !oneNode) - sendSeconds(pool, 0, !oneNode));
}

/** Seconds of a prompt's transfer alone. */
export function transferSeconds({ latencySeconds, secondsPerToken, secondsPerSequence, sentShare }: KvTransfer, tokens: number): number {
  return latencySeconds + (tokens * secondsPerToken + secondsPerSequence) * Math.max(1, sentShare);
}
