import type { FlagFacts } from "../catalog/facts.ts";
import type { EngineId } from "../deployment/deployment.ts";
import { atLeast } from "../deployment/version.ts";
import { saidVersion } from "./certainty.ts";
import { type Read, refusal } from "./refusal.ts";
import type { RuleContext, Severity } from "./rule.ts";

interface Limits {
  readonly least?: number;
  /** Excluded itself. */
  readonly above?: number;
  readonly most?: number;
}

interface CheckedLimits extends Limits {
  /** Where the check was read; "always" = in every copy that was read. */
  readonly read: Read | "always";
  /** A flag that takes the limit away. */
  readonly unless?: string;
}

const share = { least: 0, most: 1, read: "always" } as const;

/** Limits that engines check after parsing. */
const checked: Readonly<Partial<Record<EngineId, Readonly<Record<string, CheckedLimits>>>>> = {
  sglang: {
    "attn-dp-size": { least: 1, read: { since: "0.5.23" } },
    "base-gpu-id": { least: 0, read: { since: "0.4.10" } },
    "dcp-size": { least: 1, read: { since: "0.5.23" } },
    "gpu-id-step": { least: 1, read: { since: "0.4.10" } },
    "hicache-host-memory-fraction": { above: 0, most: 1, read: { since: "0.5.23" } },
    "max-loras-per-batch": { least: 1, read: { since: "0.4.6.post5" } },
    // No check, but no GPU holds more than itself, and a share of nothing leaves no room for a token (SM01, SM07, SM08).
    "mem-fraction-static": { above: 0, most: 1, read: { since: "0.4.6.post5" }, unless: "max-total-tokens" },
    "schedule-conservativeness": { least: 0, read: { since: "0.5.5" } },
    "swa-full-tokens-ratio": { above: 0, most: 1, read: { since: "0.5.7" } },
  },
  "tensorrt-llm": {
    free_gpu_memory_fraction: share,
    kv_cache_free_gpu_memory_fraction: share,
    "kv_cache_config.free_gpu_memory_fraction": share,
  },
};

/** A value's limits and how sure it is that the engine stops beyond them; no severity where it is not known to. */
export function boundsOf(
  context: RuleContext,
  name: string,
  { atLeast: tableLeast, atMost }: Pick<FlagFacts, "atLeast" | "atMost">,
): Limits & { readonly severity: Severity | undefined } {
  const { deployment, pool } = context;
  const own = checked[deployment.engine]?.[name];
  if (own)
    return own.unless !== undefined && pool.engine.flags.has(own.unless)
      ? { severity: undefined }
      : { ...own, severity: own.read === "always" ? "error" : refusal(context, own.read) };
  const version = saidVersion(pool);
  // Bounds came into vLLM's tables with the typed configurations of 0.10.2.
  const severity = deployment.engine === "vllm" && version && atLeast(version, "0.10.2") ? "error" : "warning";
  return { ...(tableLeast === null ? {} : { least: tableLeast }), ...(atMost === null ? {} : { most: atMost }), severity };
}
