import type { Gpu, Model } from "../../src/catalog/facts.ts";
import { readCase } from "../../src/deployment/case.ts";
import { plain } from "../../src/deployment/message.ts";
import { settle } from "../../src/deployment/settle.ts";
import type { Settled, SettledPool } from "../../src/deployment/settled.ts";
import { type Batch, emptyBatch } from "../../src/timing/step-model.ts";
import { testCatalog } from "../support/catalog.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Llama-3.1-8B on one H100 under vLLM 0.19.0, with members of a case's deployment replaced. */
export function settledCase(deployment: Fields = {}): Settled {
  const whole = { model: "meta-llama/Llama-3.1-8B-Instruct", gpu: "H100-SXM5-80GB", engineVersion: "0.19.0", ...deployment };
  const read = readCase({ id: "test", deployment: whole }, { catalog: testCatalog() });
  if (!read.deployment) throw new Error(read.error.message);
  const { settled, missing } = settle(read.deployment, testCatalog());
  if (!settled) throw new Error(missing.map((one) => plain(one.message)).join("; "));
  return settled;
}

export function poolOf(deployment: Fields = {}): { readonly model: Model; readonly pool: SettledPool } {
  const settled = settledCase(deployment);
  const [pool] = settled.pools;
  if (!pool) throw new Error("no pool");
  return { model: settled.model, pool };
}

export function withGpu(pool: SettledPool, change: Partial<Gpu>): SettledPool {
  return { ...pool, gpu: { ...pool.gpu, ...change } };
}

/** `sequences` that each decode at `context`. */
export function decoding(sequences: number, context: number): Batch {
  return { ...emptyBatch(), tokens: sequences, decodeSequences: sequences, decodeContext: sequences * context };
}

/** One chunk of a prompt, `before` of whose tokens are computed. */
export function prompt(tokens: number, before = 0): Batch {
  return {
    ...emptyBatch(),
    tokens,
    prefillTokens: tokens,
    prefillChunks: 1,
    prefillPairs: tokens * (before + tokens / 2),
    prefillContext: before,
  };
}

export function mixed(a: Batch, b: Batch): Batch {
  return {
    tokens: a.tokens + b.tokens,
    prefillTokens: a.prefillTokens + b.prefillTokens,
    decodeSequences: a.decodeSequences + b.decodeSequences,
    decodeContext: a.decodeContext + b.decodeContext,
    prefillChunks: a.prefillChunks + b.prefillChunks,
    prefillPairs: a.prefillPairs + b.prefillPairs,
    prefillContext: a.prefillContext + b.prefillContext,
    draftTokens: 0,
    draftSequences: 0,
    meanTokens: 0,
  };
}
