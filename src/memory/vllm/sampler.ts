import type { Model } from "../../catalog/facts.ts";
import { atLeast } from "../../deployment/version.ts";
import type { VllmPool } from "./pool.ts";
import { type Runner, runnerOf } from "./runner.ts";
import { none, type Size, together } from "./size.ts";

/**
 * What the profiling run holds while it samples for max-num-seqs sequences with top-k and top-p (gpu_model_runner.py,
 * _dummy_sampler_run): the logits with the sampler's own copies, and the hidden states they were made of.
 */
export function samplerPeak(model: Model, pool: VllmPool): Size {
  const { settings, activationBytes } = pool;
  const runner = runnerOf(model, pool);
  // Logged peaks of V0 hold a layer's tensors alone where prompts are cut (vllm-project/vllm issues 10517 and 13061, pull request 14447).
  if (runner === "v0" && settings.chunkedPrefill) return none;
  const sequences = Math.min(settings.maxNumSeqs, settings.maxNumBatchedTokens);
  const copies = bytesBesideLogit(runner, pool) + bytesForDrafts(runner, pool);
  const logits = {
    bytes: (activationBytes + copies) * sequences * model.vocab,
    formula: `(${activationBytes} + ${copies}) B · ${sequences} sequences · ${model.vocab} logits`,
  };
  const states = {
    bytes: (settings.maxNumBatchedTokens + 2 * sequences) * model.hidden * activationBytes,
    formula: `(${settings.maxNumBatchedTokens} + 2 · ${sequences}) tokens · ${model.hidden} · ${activationBytes} B`,
  };
  return together(logits, filterRows(model, pool, sequences), states);
}

/** The filter by sort: values 4, indices 8, the order to begin with 8, a buffer for values and indices 12; beside logits in float32 4 (ATen Sort.cu). */
const bySort = 36;
/** The filter in place, then probabilities 4 and random numbers 4; or FlashInfer's masked logits 4 and probabilities 4. */
const withoutSort = 12;
const float32Copy = 4;

/** Bytes that one logit takes beside itself at the peak, by runner and release (v1/sample/ops/topk_topp_sampler.py, v1/worker/gpu/sample/sampler.py). */
function bytesBesideLogit(runner: Runner, pool: VllmPool): number {
  const { version } = pool;
  if (runner === "v0") return bySort;
  if (runner === "v1") return atLeast(version, "0.17.0") || takesFlashInfer(pool) ? withoutSort : bySort;
  // V2 draws without filters in its trial; from 0.28 on the logits as they are, from 0.33 as a real request does.
  if (atLeast(version, "0.33.0")) return withoutSort;
  return atLeast(version, "0.28.0") ? 0 : float32Copy;
}

/** With drafts the trial verifies one for each sequence: its logits too, and those of both in float32 (v1/sample/rejection_sampler.py). */
function bytesForDrafts(runner: Runner, { budget, version, activationBytes }: VllmPool): number {
  return budget.cache.draftTokens > 0 && runner === "v1" && atLeast(version, "0.11.0") ? activationBytes + 2 * float32Copy : 0;
}

/** FlashInfer of the images samples from 0.9.0 until 0.11.1 makes it an option, and again from 0.21 (pull requests 15777, 26859, 40376). */
function takesFlashInfer({ version, gpu }: VllmPool): boolean {
  if (gpu.vendor !== "nvidia") return false;
  return atLeast(version, "0.21.0") || (atLeast(version, "0.9.0") && !atLeast(version, "0.11.1"));
}

/** Rows of the vocabulary that the filter's kernel keeps, one for each multiprocessor, as on a Hopper card (topk_topp_triton.py). */
const multiprocessors = 132;

/** From 0.17 a Triton kernel filters where FlashInfer does not. */
function filterRows(model: Model, pool: VllmPool, sequences: number): Size {
  if (!atLeast(pool.version, "0.17.0") || takesFlashInfer(pool) || runnerOf(model, pool) === "v2") return none;
  const rows = Math.min(2 ** Math.ceil(Math.log2(Math.min(multiprocessors, sequences))), multiprocessors);
  return { bytes: rows * model.vocab * 4, formula: `${rows} rows · ${model.vocab} · 4 B` };
}
