import type { Flag } from "./deployment.ts";

/** When a decode instance computes a prompt itself instead of getting its cache from a prefill instance (conditional disaggregation). */
export interface LocalPrompts {
  /** Fewer tokens of it than these are not in the instance's cache, */
  readonly belowTokens: number;
  /** and a smaller share of the prompt than this; Infinity = whatever the share. */
  readonly belowShare: number;
  /** Only where some of it is in the cache. */
  readonly onlyHits: boolean;
  /** Not where more than this share of the instance's cache is in use; 1 = however full it is. */
  readonly mostCacheUse: number;
  /** The instance is kept for the answer where its prompt is computed elsewhere; otherwise one is chosen anew. */
  readonly keepsInstance: boolean;
}

/** `conditional_disagg_config` of TensorRT-LLM's disaggregated server (openai_disagg_server.py of 1.1). */
export function tensorrtLocalPrompts(maxLocalPrefillLength: number): LocalPrompts {
  return {
    belowTokens: maxLocalPrefillLength + 1,
    belowShare: Number.POSITIVE_INFINITY,
    onlyHits: true,
    mostCacheUse: 1,
    keepsInstance: true,
  };
}

/** A decode worker of early Dynamo: `--conditional-disagg`, `--max-local-prefill-length` (1,000; utils/vllm.py of its examples). */
export function workerLocalPrompts(flags: ReadonlyMap<string, Flag>): LocalPrompts | undefined {
  const flag = flags.get("conditional-disagg");
  if (!flag || flag.negated) return undefined;
  const written = flags.get("max-local-prefill-length");
  const most = written ? wholeNumber(written.value?.value ?? "") : 1000;
  if (most === undefined) return undefined;
  return { belowTokens: most + 1, belowShare: Number.POSITIVE_INFINITY, onlyHits: false, mostCacheUse: 1, keepsInstance: true };
}

/** What Dynamo's front end does where nobody tunes it. */
export const routedPrompts: LocalPrompts = {
  belowTokens: 2048,
  belowShare: 0.7,
  onlyHits: false,
  mostCacheUse: 1,
  keepsInstance: false,
};

const prefix = "router-conditional-disagg";

/**
 * Dynamo's front end from 1.5 on (`--router-conditional-disagg` and its own words, docs of its router): prompts of fewer than 2,048 tokens
 * beyond the cache, and less than 0.7 of their length. A policy that goes by the prefill workers' load is not followed.
 */
export function routerLocalPrompts(line: string, environment: ReadonlyMap<string, string>): LocalPrompts | undefined {
  const options = new Map([...line.matchAll(/--(router-[a-z-]+)(?:[=\s]+([^\s-][^\s]*))?/g)].map(([, name = "", value]) => [name, value]));
  const isOn = options.has(prefix) || /^(1|true|yes|on)$/i.test(environment.get("DYN_ROUTER_CONDITIONAL_DISAGG") ?? "");
  if (!isOn) return undefined;
  const read = <T>(name: string, usual: T, as: (text: string) => T | undefined): T | undefined => {
    const written = options.get(`${prefix}-${name}`);
    return written === undefined ? usual : as(written);
  };
  const policy = read("policy", "isl_bounding", (text) => text);
  const belowTokens = read("eff-isl-threshold", routedPrompts.belowTokens, wholeNumber);
  const belowShare = read("eff-isl-ratio-threshold", routedPrompts.belowShare, share);
  const mostCacheUse = read("decode-busy-threshold", routedPrompts.mostCacheUse, share);
  const isFollowed = policy === "isl_bounding" || (policy === "isl_or_load" && !options.has(`${prefix}-prefill-busy-threshold`));
  if (!isFollowed || belowTokens === undefined || belowShare === undefined || mostCacheUse === undefined) return undefined;
  return { ...routedPrompts, belowTokens, belowShare, mostCacheUse };
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function share(text: string): number | undefined {
  const value = /^\d?(\.\d+)?$/.test(text) && text !== "" ? Number(text) : Number.NaN;
  return value >= 0 && value <= 1 ? value : undefined;
}
