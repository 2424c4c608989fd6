import { asBetween, asCount, asFields, asNotNegative, asText, CaseError, type Fields, optional } from "../case-fields.ts";
import type { JudgedEngine } from "../settled.ts";
import type { KvTier, TierKind, TierLoading, WritePolicy, WrittenTier, WrittenTiers } from "./kv-tiers.ts";

const asBytes = asBetween(1, 2 ** 50);
const asRate = asBetween(1000, 1e16);
const asLatency = asBetween(0, 60);
const most = 8;

/** How each engine's own offloading goes (vLLM: OffloadingConnector; SGLang: HiCache; TensorRT-LLM: onboarding). */
const ownLoading: Readonly<Record<JudgedEngine, TierLoading>> = { vllm: "aside", sglang: "layer-by-layer", "tensorrt-llm": "before-step" };

/** `kvTiers` of a case: a list of stores, nearest first and none where it is empty, or an object with `tiers` and how they are used. */
export function caseTiers(value: unknown, key: string, engine: JudgedEngine): WrittenTiers {
  const fields = Array.isArray(value) ? { tiers: value } : asFields(value, key);
  const list: unknown = fields.tiers;
  if (!Array.isArray(list)) throw new CaseError("bad-case", `“${key}” must be a list of tiers.`);
  if (list.length > most) throw new CaseError("bad-case", `“${key}” has at most ${most} tiers.`);
  const loading = optional<TierLoading>(fields, "loading", oneOf(["before-step", "layer-by-layer", "aside"])) ?? ownLoading[engine];
  if (loading === "aside" && engine !== "vllm")
    throw new CaseError("unsupported", "Of the engines only vLLM goes on without a request whose cache is loaded.");
  const prefetch = optional<"wait" | "best-effort">(fields, "prefetch", oneOf(["wait", "best-effort"]));
  return {
    ...(prefetch === undefined ? {} : { prefetch }),
    system: optional(fields, "system", asText) ?? "KV tiers",
    tiers: list.map((one, i) => caseTier(asFields(one, `${key}[${i}]`))),
    loading,
    leastTokens: Math.floor(optional(fields, "leastTokens", asNotNegative) ?? 0),
    takes: optional(fields, "takes", oneOf(["always", "sooner"])) ?? "always",
    keepsAnswers: optional(fields, "keepsAnswers", asSwitch) ?? true,
  };
}

function caseTier(fields: Fields): WrittenTier {
  const capacity = optional(fields, "capacityBytes", asBytes);
  const blockTokens = optional(fields, "blockTokens", asCount);
  if (blockTokens !== undefined && blockTokens > 65_536) throw new CaseError("bad-case", "“blockTokens” must be at most 65536.");
  const kind = optional<TierKind>(fields, "kind", oneOf(["dram", "ssd", "remote"])) ?? "dram";
  const shared = optional<KvTier["shared"]>(fields, "shared", oneOf(["engine", "all", "pooled"])) ?? (kind === "remote" ? "all" : "engine");
  const writePolicy = optional<WritePolicy>(fields, "writePolicy", oneOf(["write-through", "write-through-selective", "write-back"]));
  if (shared !== "engine" && writePolicy === "write-back")
    throw new CaseError("unsupported", "A store that all share gets blocks when they are computed, not when one GPU gives them up.");
  return {
    kind,
    size: capacity === undefined ? undefined : { kind: "bytes", bytes: capacity },
    readBytesPerSecond: optional(fields, "readBytesPerSecond", asRate),
    writeBytesPerSecond: optional(fields, "writeBytesPerSecond", asRate) ?? optional(fields, "readBytesPerSecond", asRate),
    latencySeconds: optional(fields, "latencySeconds", asLatency),
    blockTokens,
    writePolicy,
    shared,
    serverBytesPerSecond: optional(fields, "serverBytesPerSecond", asRate),
  };
}

function oneOf<Word extends string>(words: readonly Word[]): (value: unknown, key: string) => Word {
  return (value, key) => {
    const word = words.find((one) => one === value);
    if (word !== undefined) return word;
    throw new CaseError("bad-case", `“${key}” must be ${words.slice(0, -1).join(", ")} or ${words.at(-1)}.`);
  };
}

function asSwitch(value: unknown, key: string): boolean {
  if (typeof value === "boolean") return value;
  throw new CaseError("bad-case", `“${key}” must be true or false.`);
}
