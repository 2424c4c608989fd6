import type { EngineConfig } from "../deployment.ts";
import { type AskedTiers, asPositive, asSwitch, GiB, type TierWords } from "./asked-tiers.ts";
import type { TierLoading, WrittenTier } from "./kv-tiers.ts";

/** What LMCache is told, one member at a time: the connector's own settings stand above variables. */
type Told = (member: string) => unknown;

/**
 * LMCache's stores (lmcache/v1/config.py): the host's memory first, a disk and a server behind it; what is computed goes to all of them.
 * Sizes are GiB of each GPU's process. Undefined = its own file decides, which is not part of this one.
 */
export function lmcacheTiers(
  { environment, ranks }: TierWords,
  extra: Readonly<Record<string, unknown>>,
  { isLayerwise = false, hasFile = false }: { readonly isLayerwise?: boolean; readonly hasFile?: boolean } = {},
): AskedTiers {
  const told = toldBy(environment, extra);
  if (!told || hasFile || environment.has("LMCACHE_CONFIG_FILE")) return { hidden: "LMCache" };
  // Between prefill and decode it carries caches, and keeps none.
  const carries = ["enable_pd", "enable_nixl", "enable_xpyd"].some((member) => asSwitch(told(member)) === true);
  const chunk = asPositive(told("chunk_size")) ?? 256;
  const size = (gibibytes: number): WrittenTier["size"] => ({ kind: "bytes", bytes: gibibytes * GiB * ranks });
  const tiers: WrittenTier[] = [];
  const host = asPositive(told("max_local_cpu_size")) ?? (told("max_local_cpu_size") === undefined ? 5 : 0);
  // Without it the host's memory is only passed through.
  if (asSwitch(told("local_cpu")) !== false && host > 0) tiers.push({ kind: "dram", size: size(host), blockTokens: chunk });
  const disk = asPositive(told("max_local_disk_size"));
  if (isSaid(told("local_disk")) && disk !== undefined) tiers.push({ kind: "ssd", size: size(disk), blockTokens: chunk });
  if (isSaid(told("remote_url"))) tiers.push({ kind: "remote", blockTokens: chunk });
  const layerwise = isLayerwise || asSwitch(told("use_layerwise")) === true;
  return {
    system: "LMCache",
    tiers: carries ? [] : tiers,
    loading: loadingOf(layerwise, asSwitch(told("enable_async_loading")) === true),
    leastTokens: asPositive(told("min_retrieve_tokens")) ?? 0,
    takes: "always",
    keepsAnswers: asSwitch(told("save_decode_cache")) === true,
  };
}

function loadingOf(layerwise: boolean, aside: boolean): TierLoading {
  if (aside) return "aside";
  return layerwise ? "layer-by-layer" : "before-step";
}

/** Undefined where a variable is set to what cannot be read here. */
function toldBy(environment: EngineConfig["environment"], extra: Readonly<Record<string, unknown>>): Told | undefined {
  const hidden = [...environment].some(([name, text]) => /^LMCACHE_(LOCAL|MAX_LOCAL|CHUNK|REMOTE_URL)/.test(name) && text === undefined);
  if (hidden) return undefined;
  return (member) => extra[`lmcache.${member}`] ?? environment.get(`LMCACHE_${member.toUpperCase()}`)?.value;
}

function isSaid(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "" && !/^(null|none|false)$/i.test(value.trim());
}
