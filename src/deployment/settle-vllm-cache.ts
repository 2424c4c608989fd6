import type { Model } from "../catalog/facts.ts";
import type { FlagReader } from "./flag-reader.ts";
import type { EngineContext } from "./settle-engine.ts";
import type { VllmCache } from "./settled.ts";
import { atLeast, type Version } from "./version.ts";
import { runsV1 } from "./vllm-generation.ts";

/** How vLLM will lay out its cache, every default resolved for this version and model. */
export function vllmCache(flags: FlagReader, context: EngineContext, prefixCaching: boolean, activationBytes: number): VllmCache {
  const { version, model } = context;
  const draftTokens = draftedTokens(flags);
  const stateElementBytes = stateBytes(flags.text("mamba-cache-dtype")) ?? activationBytes;
  return {
    isV1: runsV1(flags, context),
    isGrouped: isGrouped(flags, context),
    states: keptStates(flags, model, version, prefixCaching, draftTokens),
    stateElementBytes,
    matrixElementBytes: stateBytes(flags.text("mamba-ssm-cache-dtype")) ?? null,
    draftTokens,
    headLayers: draftTokens > 0 ? headLayers(flags) : 0,
  };
}

/** Tokens that a drafter adds to each decode step. */
export function draftedTokens(flags: FlagReader): number {
  const drafted = flags.member("speculative-config", "num_speculative_tokens") ?? flags.integer("num-speculative-tokens");
  return typeof drafted === "number" && Number.isInteger(drafted) && drafted > 0 ? drafted : 0;
}

/** An EAGLE head is one layer; Medusa's and MLPs keep nothing. */
function headLayers(flags: FlagReader): number {
  const method = flags.member("speculative-config", "method");
  return typeof method === "string" && /^eagle/i.test(method) ? 1 : 0;
}

/** Connectors that can move blocks of several groups, from 0.23 (vLLM, distributed/kv_transfer: classes of `SupportsHMA`). */
const groupedConnectors =
  /^(Nixl(Pull|Push)?Connector|Mooncake(Store)?Connector|OffloadingConnector|SimpleCPUOffloadConnector|DecodeBenchConnector|HiSparseConnector|UMBPStoreConnector)$/;

/** config/vllm.py: groups since 0.9.1, on CUDA and ROCm, unless switched off or something else cannot handle them. */
function isGrouped(flags: FlagReader, { version, gpu, model, environment }: EngineContext): boolean {
  const isAllowed = environment.get("VLLM_ALLOW_CHUNKED_LOCAL_ATTN_WITH_HYBRID_KV_CACHE")?.value === "1";
  if (model.chunked && atLeast(version, "0.10.1") && !isAllowed) return false;
  if (!atLeast(version, "0.9.1") || flags.on("disable-hybrid-kv-cache-manager") === true) return false;
  if (gpu.vendor !== "nvidia" && gpu.vendor !== "amd" && !atLeast(version, "0.11.0")) return false;
  if (flags.has("kv-events-config") && !atLeast(version, "0.20.0")) return false;
  if (!flags.has("kv-transfer-config") && !flags.has("kv-offloading-size")) return true;
  if (flags.on("disable-hybrid-kv-cache-manager") === false && atLeast(version, "0.14.0")) return true;
  return atLeast(version, "0.23.0") && (!flags.has("kv-transfer-config") || movesGroups(flags));
}

function movesGroups(flags: FlagReader): boolean {
  const connector = flags.member("kv-transfer-config", "kv_connector");
  if (connector !== "MultiConnector") return typeof connector === "string" && groupedConnectors.test(connector);
  const children = member(flags.member("kv-transfer-config", "kv_connector_extra_config"), "connectors");
  return Array.isArray(children) && children.every((child) => groupedConnectors.test(String(member(child, "kv_connector"))));
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(key) : undefined;
}

/** Architectures whose kernels can keep a state of every block (vLLM, models: classes of `SupportsMambaPrefixCaching`). */
const keepsEveryState = /^(Bamba|FalconH1|GraniteMoeHybrid|Jamba|Mamba|Mamba2|NemotronH|NemotronHPuzzle|Zamba2)For/;

/** models/config.py, MambaModelConfig: states are kept for prefixes only where these are cached. */
function keptStates(
  flags: FlagReader,
  { architecture, recurrent }: Model,
  version: Version,
  prefixCaching: boolean,
  draftTokens: number,
): VllmCache["states"] {
  if (!recurrent || !prefixCaching || !atLeast(version, "0.11.1")) return "none";
  const able = keepsEveryState.test(architecture) && !atLeast(version, "0.32.0");
  if (!atLeast(version, "0.15.0")) return able ? "all" : "none";
  const written = flags.text("mamba-cache-mode");
  if (written === "align" || !able) return "align";
  if (written === "all") return "all";
  if (atLeast(version, "0.28.0") || (draftTokens > 0 && atLeast(version, "0.20.0") && !atLeast(version, "0.21.0"))) return "align";
  return "all";
}

function stateBytes(dtype: string | undefined): number | undefined {
  switch (dtype?.toLowerCase()) {
    case "float32":
      return 4;
    case "float16":
    case "bfloat16":
      return 2;
    default:
      return undefined;
  }
}
