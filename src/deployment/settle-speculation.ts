import type { Model } from "../catalog/facts.ts";
import type { FlagReader } from "./flag-reader.ts";
import { type Message, message } from "./message.ts";
import { draftsWithModel } from "./settle-drafter.ts";
import type { JudgedEngine, Layout, Speculation } from "./settled.ts";
import { atLeast, type Version } from "./version.ts";
import { looksUp, type WrittenSpeculation } from "./written-speculation.ts";

/** What the count of drafts depends on beside the flags. */
export interface SpeculationContext {
  readonly engine: JudgedEngine;
  readonly version: Version;
  readonly model: Model;
  readonly layout: Layout;
  /** vLLM's engine is V1. */
  readonly isV1: boolean;
  /** Arctic Inference is plugged in. */
  readonly arctic: boolean;
}

type Method = Speculation["method"];

/** Chance that a draft is accepted where the one before it was, and for which share of sequences a step finds drafts: nobody's file says them. */
const usual: Readonly<Record<Method, { readonly acceptance: number; readonly found: number; readonly why: Message }>> = {
  // vLLM pull request 12755: 81 to 82 % of R1's first further token; DeepSeek-V3's report: 85 to 90 %.
  mtp: { acceptance: 0.8, found: 1, why: message("measured for multi-token prediction of DeepSeek (vLLM pull request 12755)") },
  // vLLM pull requests 24343 and 24344: 2.39 and 2.46 tokens a step of 3 drafts.
  eagle: { acceptance: 0.66, found: 1, why: message("measured for EAGLE in vLLM (pull requests 24343 and 24344)") },
  // Leviathan et al., arXiv 2211.17192, table 3: 0.53 to 0.75.
  draft: { acceptance: 0.65, found: 1, why: message("in the middle of what draft models reach (arXiv 2211.17192)") },
  // Cai et al., arXiv 2401.10774: the first head's best guess.
  heads: { acceptance: 0.6, found: 1, why: message("what Medusa's first head reaches (arXiv 2401.10774)") },
  // vLLM issue 19254: 5 to 10 % of steps find drafts in short answers, 2.2 to 2.8 tokens where 3 are; pull request 24344: 55 % of steps that edit.
  ngram: { acceptance: 0.65, found: 0.3, why: message("between chat and editing as vLLM measured them (issue 19254, pull request 24344)") },
  suffix: { acceptance: 0.65, found: 0.3, why: message("taken like n-grams (vLLM pull request 25784 has them close)") },
};

/** Drafts stop where their chance falls below this (suffix_decoding_min_token_prob, in both builds). */
const leastChance = 0.1;

interface Counts {
  readonly draftTokens: number;
  /** Longest chain among them; as many as tokens where they are one. */
  readonly depth?: number;
  /** Passes of the drafter; one for each of the chain where nothing is said. */
  readonly passes?: number;
  /** Tokens a sequence has in a pass behind the first: branches of a tree. */
  readonly width?: number;
  readonly limit?: Speculation["limit"];
  /** Slots for drafts that are kept beside those of the step itself. */
  readonly further?: number;
}

/** How a pool drafts, every default resolved; undefined without speculation, or where nothing tells how many tokens. */
export function speculationOf(
  written: WrittenSpeculation | undefined,
  flags: FlagReader,
  context: SpeculationContext,
  acceptance: number | undefined,
): Speculation | undefined {
  const method = written && methodOf(written, context);
  const counts = method && countsOf(method, written, flags, context);
  if (!method || !counts || counts.draftTokens < 1) return undefined;
  const { acceptance: assumed, found } = usual[method];
  const accepted = acceptance ?? assumed;
  const draftTokens = method === "suffix" ? likelyLength(counts.draftTokens, accepted) : counts.draftTokens;
  const depth = Math.min(draftTokens, counts.depth ?? draftTokens);
  return {
    method,
    draftTokens,
    depth,
    acceptance: accepted,
    found,
    // SGLang's kernels verify as many tokens of every sequence, drafts or not (ngram_worker.py).
    verifiesAll: context.engine === "sglang",
    passes: looksUp(written) ? 0 : (counts.passes ?? depth),
    width: counts.width ?? 1,
    lookahead: draftTokens + (counts.further ?? 0),
    limit: counts.limit ?? null,
  };
}

/** Where the acceptance is from, for those who would know it better. */
export function acceptanceWords({ method }: Speculation): Message {
  return usual[method].why;
}

function methodOf(written: WrittenSpeculation, { model }: SpeculationContext): Method | undefined {
  const { method } = written;
  if (method === "suffix") return "suffix";
  if (looksUp(written) || method === "auto") return "ngram";
  if (draftsWithModel(written, model)) return "mtp";
  if (/^(eagle3?|extract_hidden_states|dflash|dspark|save_hidden_states|pard)$/.test(method))
    return method === "dflash" ? "heads" : "eagle";
  if (/^(medusa|mlp_speculator|arctic)$/.test(method)) return "heads";
  if (/^(draft_model|draft_target|drafttarget|standalone)$/.test(method)) return "draft";
  return undefined;
}

function countsOf(method: Method, written: WrittenSpeculation, flags: FlagReader, context: SpeculationContext): Counts | undefined {
  switch (context.engine) {
    case "vllm":
      return ofVllm(method, flags, context);
    case "sglang":
      return ofSglang(method, written, flags, context);
    case "tensorrt-llm":
      return ofTensorrt(method, flags);
    default: {
      const never: never = context.engine;
      return never;
    }
  }
}

/** config/speculative.py; a drafter of its own is followed by as many slots again (v1/core/sched/scheduler.py, num_lookahead_tokens). */
function ofVllm(method: Method, flags: FlagReader, { model, isV1, arctic }: SpeculationContext): Counts | undefined {
  const member = (key: string): number | undefined => count(flags.member("speculative-config", key));
  const written = member("num_speculative_tokens") ?? count(flags.integer("num-speculative-tokens")) ?? count(flags.integer("spec-tokens"));
  const tokens = written ?? (method === "mtp" ? (model.nextLayers ?? 1) : method === "suffix" ? (arctic ? 16 : 24) : undefined);
  if (tokens === undefined) return undefined;
  const most = member("disable_by_batch_size") ?? count(flags.integer("speculative-disable-by-batch-size"));
  const hard = member("hard_disable_by_batch_size");
  const isArctic = arctic && (method === "suffix" || method === "heads");
  // The plug-in lets the first of a step draft; V0 stops at as many that run; V1 looks at neither.
  const limit: Speculation["limit"] = isArctic
    ? { drafting: most ?? 64, running: hard ?? null }
    : !isV1 && most !== undefined
      ? { drafting: null, running: most - 1 }
      : null;
  const isHead = method === "eagle" || method === "mtp";
  return { draftTokens: tokens, limit, ...(isHead && isV1 ? { further: tokens } : {}), ...(method === "heads" ? { passes: 1 } : {}) };
}

/** Architectures whose drafts are a chain by default; Llama's and, before 0.5.18, all others' are a tree (server_args.py, auto_choose_speculative_params). */
const chained = /^(DeepseekV[23]|DeepseekV32|DeepseekV4|GptOss|BailingMoe|Glm4Moe|MiMoV2|MistralLarge3|Pixtral)/;

/** One of the tokens that are verified is the last one made; the others are drafts. */
function ofSglang(method: Method, written: WrittenSpeculation, flags: FlagReader, { model, version }: SpeculationContext): Counts {
  const drafted = count(flags.integer("speculative-num-draft-tokens"));
  if (method === "ngram") {
    const branch =
      count(flags.integer("speculative-ngram-branch-length")) ?? count(flags.integer("speculative-ngram-max-trie-depth")) ?? 18;
    return { draftTokens: (drafted ?? 12) - 1, depth: branch };
  }
  if (method === "heads") return { draftTokens: (drafted ?? 16) - 1, passes: 1 };
  const steps = count(flags.integer("speculative-num-steps"));
  const isChain =
    written.method === "standalone" ||
    chained.test(model.architecture) ||
    (atLeast(version, "0.5.18") && !/^(Llama|Grok)/.test(model.architecture));
  const [depth, topk, verified] =
    steps === undefined
      ? isChain
        ? [3, 1, 4]
        : [5, 4, 8]
      : [steps, count(flags.integer("speculative-eagle-topk")) ?? 1, drafted ?? steps + 1];
  return topk === 1 ? { draftTokens: depth } : { draftTokens: verified - 1, depth, passes: depth, width: topk };
}

/** speculative_config of llm_args.py: beyond `max_concurrency` requests nothing is drafted. */
function ofTensorrt(method: Method, flags: FlagReader): Counts | undefined {
  const member = (key: string): number | undefined => count(flags.member("speculative_config", key));
  const tokens =
    method === "mtp"
      ? (member("max_draft_len") ?? member("num_nextn_predict_layers") ?? 1)
      : (member("max_draft_len") ?? (method === "ngram" ? 4 : undefined));
  if (tokens === undefined) return undefined;
  const running = member("max_concurrency");
  return {
    draftTokens: tokens,
    ...(running === undefined ? {} : { limit: { drafting: null, running } }),
    ...(method === "heads" ? { passes: 1 } : {}),
  };
}

/** A branch is followed as long as it is likely enough. */
function likelyLength(most: number, acceptance: number): number {
  if (acceptance >= 1) return most;
  return Math.max(1, Math.min(most, Math.floor(Math.log(leastChance) / Math.log(Math.max(1e-6, acceptance)))));
}

/** Drafts beyond this are no plan of anybody's. */
const mostDrafts = 1024;

function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value > 0 ? Math.min(value, mostDrafts) : undefined;
}
