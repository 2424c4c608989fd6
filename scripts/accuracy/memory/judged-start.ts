import type { Catalog } from "../../../src/catalog/catalog.ts";
import { answerLine } from "../../../src/cli/cases.ts";
import { inspectCase } from "../../../src/cli/commands/inspect.ts";
import type { ObservedStart, Term } from "./observed-start.ts";
import { caseOf } from "./start-case.ts";

const GiB = 2 ** 30;

/** A start beside what `inspect --cases` answers to it. */
export interface JudgedStart {
  readonly start: ObservedStart;
  readonly answer: Answer | undefined;
  /** Why there is no answer. */
  readonly reason: string;
  /** With the cache's size given as it was logged: only what is derived from it is judged. */
  readonly given: Given | undefined;
  readonly milliseconds: number;
}

export interface Tokens {
  readonly tokens: number;
  readonly concurrency: number;
}

export interface Given extends Tokens {
  /** Several kinds of layers keep different things: the engine's tokens are derived, no capacity. */
  readonly isHybrid: boolean;
}

export interface Answer extends Given {
  readonly predicted: Readonly<Record<Term, number>>;
  /** Bytes of one token on rank 0. */
  readonly kvBytesPerToken: number;
  readonly fits: boolean;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly assumed: readonly string[];
}

export function judgedStart(start: ObservedStart, catalog: Catalog): JudgedStart {
  const { answer, reason } = answered(start, catalog);
  const given = givenTheBytes(start, catalog);
  return { start, answer, reason, given, milliseconds: Math.min(...Array.from({ length: 3 }, () => timed(start, catalog))) };
}

/** Best of a few, as others use the machine too; the first reads the catalogue. */
function timed(start: ObservedStart, catalog: Catalog): number {
  const began = performance.now();
  answered(start, catalog);
  return performance.now() - began;
}

function answered(start: ObservedStart, catalog: Catalog, settings?: Readonly<Record<string, number>>) {
  const line = JSON.stringify(caseOf(start, catalog, settings));
  const said = answerLine(line, { folder: ".", catalog }, inspectCase);
  if (said.error) return { answer: undefined, reason: said.error.message };
  const { memory, findings, deployment } = said;
  const [first] = memory.ranks;
  if (!first) return { answer: undefined, reason: "no ranks" };
  const { model } = catalog.model(deployment.modelId ?? "") ?? {};
  const answer: Answer = {
    predicted: {
      weights: first.weightsBytes / GiB,
      activation: first.activationBytes / GiB,
      nonTorch: first.nonTorchBytes / GiB,
      graphs: first.cudaGraphBytes / GiB,
      kv: first.kvCacheBytes / GiB,
    },
    kvBytesPerToken: first.kvBytesPerToken,
    tokens: memory.kvCacheTokens,
    concurrency: memory.maxConcurrency,
    fits: memory.fits,
    isHybrid: model !== undefined && (model.slidingLayers > 0 || model.recurrent !== null),
    errors: findings.filter(({ severity }) => severity === "error").map(({ code, message }) => `${code}: ${message}`),
    warnings: findings.filter(({ severity }) => severity === "warning").map(({ code, message }) => `${code}: ${message}`),
    assumed: deployment.assumed.map(({ what, value }) => `${what} ${value}`),
  };
  return { answer, reason: "" };
}

/** Holds any model's weights on few GPUs: stands in where a start names none, as the bytes of a token hang on no GPU. */
const standIn = "H200-SXM";

/** Tokens and concurrency that follow from the logged bytes. Pipeline stages differ, and the log has one of them. */
function givenTheBytes(start: ObservedStart, catalog: Catalog): Given | undefined {
  const { kv } = start.logged;
  if (kv === undefined || (start.pipeline ?? 1) > 1) return undefined;
  const placed = start.gpu === undefined && start.gpuGiB === undefined ? { ...start, gpu: standIn } : start;
  const size = start.engine === "vllm" ? { "kv-cache-memory-bytes": Math.round(kv * GiB) } : {};
  const { answer } = answered(placed, catalog, size);
  if (!answer) return undefined;
  const { isHybrid, kvBytesPerToken } = answer;
  if (start.engine === "vllm") return { isHybrid, tokens: answer.tokens, concurrency: answer.concurrency };
  // SGLang prints what its pool of keys and values holds; states lie in a pool of their own.
  const tokens = Math.floor((kv * GiB) / kvBytesPerToken);
  return { isHybrid: false, tokens, concurrency: tokens / (start.maxModelLen ?? Number.NaN) };
}
