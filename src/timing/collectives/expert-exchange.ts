import type { Model, MoeFacts } from "../../catalog/facts.ts";
import { elementBytes } from "../../catalog/weight-format.ts";
import type { SettledPool } from "../../deployment/settled.ts";
import { expertExchangeKernels } from "../measured/expert-exchange-kernels.ts";
import { ranksAsked } from "../measured/operator-law.ts";
import type { ExpertSpread } from "../operators/expert-spread.ts";
import type { TokenOperator } from "../operators/operator.ts";
import { allToAllSeconds, exchangeBasis, forwardedSeconds, type Group, gatherSeconds, groupOf, scatterSeconds } from "./collectives.ts";
import { exchange, othersOf } from "./exchanges.ts";

/** Tokens of attention replicas go to the `ranks` ranks of their experts and come back, by the tokens of one replica; busy ranks are sent more. */
export function exchangesOfExperts(
  { moe, hidden }: Model,
  pool: SettledPool,
  ranks: number,
  { unevenExchange }: Pick<ExpertSpread, "unevenExchange">,
): readonly TokenOperator[] {
  const { attentionData } = pool.layout;
  if (!moe || attentionData <= 1) return [];
  const group = groupOf(ranks, pool);
  const tokenBytes = hidden * pool.activationBytes;
  if (pool.settings.expertExchange === "gather") {
    const there = hidden * gatheredElementBytes(pool) * attentionData;
    const back = tokenBytes * attentionData;
    const seconds = (tokens: number): number => gatherSeconds(pool, group, tokens * there) + scatterSeconds(pool, group, tokens * back);
    return [exchange("all-to-all", exchangeBasis(pool, group), seconds, (there + back) * othersOf(group))];
  }
  // The tensor ranks of a replica have its tokens between them.
  const share = attentionData / ranks;
  const sent = ranksAsked(moe.expertsPerToken, ranks) * hidden * (sentElementBytes(pool) + pool.activationBytes);
  const seconds = sending(moe, hidden, pool, group);
  return [exchange("all-to-all", exchangeBasis(pool, group), (tokens) => seconds(tokens * share * unevenExchange, tokens), sent * share)];
}

/** Four-bit inputs with scales in blocks are narrowed before they are gathered (TensorRT-LLM, fused_moe_wide_ep.py; FlashInfer's kernels in vLLM and SGLang). */
function gatheredElementBytes({ weights, gpu, activationBytes }: SettledPool): number {
  const { linear, scaleBytesPerElement } = weights.experts ?? weights;
  const isNarrow = linear === "fp4" && weights.method !== "mxfp4" && gpu.flops.fp4 !== undefined;
  return isNarrow ? elementBytes.fp4 + scaleBytesPerElement : activationBytes;
}

/** DeepEP sends inputs of FP8 experts as FP8 with a scale of four bytes for 128 of them; sums come back whole. */
function sentElementBytes({ weights, settings, activationBytes }: SettledPool): number {
  const isNarrow = settings.expertExchange !== "all-to-all" && (weights.experts ?? weights).linear === "fp8";
  return isNarrow ? elementBytes.fp8 + 4 / 128 : activationBytes;
}

type Seconds = (ownTokens: number) => number;

/** Seconds of both ways by the tokens of a rank and of its replica, where each token goes to the ranks of its experts alone. */
function sending(moe: MoeFacts, hidden: number, pool: SettledPool, group: Group): (ownTokens: number, tokens: number) => number {
  const { expertExchange, maxCaptureSize } = pool.settings;
  const widths = [sentElementBytes(pool), pool.activationBytes].map((bytes) => hidden * bytes);
  const toRanks = ranksAsked(moe.expertsPerToken, group.ranks);
  const link: Seconds = (tokens) =>
    widths.reduce((sum, width) => sum + allToAllSeconds(pool, group, (tokens * toRanks * width) / othersOf(group)), 0);
  // Kernels for throughput send a token to a node once, and hand it on inside; those for latency send every copy over the network.
  const toNodes = ranksAsked(moe.expertsPerToken, group.nodes);
  const forwarded: Seconds = (tokens) =>
    widths.reduce((sum, width) => sum + forwardedSeconds(pool, group, tokens * toNodes * width, tokens * toRanks * width), 0);
  const kernel = (aim: "latency" | "throughput"): Seconds => {
    if (group.nodes > 1) return aim === "throughput" ? forwarded : link;
    const measured = expertExchangeKernels(pool, aim);
    if (!measured) return link;
    const dispatch = measured.dispatch.by(hidden, moe.expertsPerToken, moe.experts, group.ranks);
    const combine = measured.combine.by(hidden, moe.expertsPerToken, moe.experts, group.ranks);
    return (tokens) => dispatch(tokens) + combine(tokens);
  };
  switch (expertExchange) {
    case "deepep-latency":
      return kernel("latency");
    case "deepep-throughput":
      return kernel("throughput");
    case "deepep-auto": {
      const [quick, wide] = [kernel("latency"), kernel("throughput")];
      return (ownTokens, tokens) => (tokens <= maxCaptureSize ? quick(ownTokens) : wide(ownTokens));
    }
    default:
      return link;
  }
}
