import { type AskedTiers, asPositive, asSwitch, GiB, type TierWords } from "./asked-tiers.ts";
import type { TierLoading, WrittenTier } from "./kv-tiers.ts";

/** What LMCache is told, one member at a time: the connector's own settings stand above variables, and these above its file. */
type Told = (member: string) => unknown;

/**
 * LMCache's stores (lmcache/v1/config.py): the host's memory first, a disk and a server behind it; what is computed goes to all of them.
 * Sizes are GiB of each GPU's process.
 */
export function lmcacheTiers(words: TierWords, extra: Readonly<Record<string, unknown>>, isLayerwise = false): AskedTiers {
  const { ranks } = words;
  const told = toldBy(words, extra);
  if (!told) return { hidden: "LMCache" };
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

/** Undefined where a file decides that nobody sees, or a variable or a member of the file is set to what cannot be read here. */
function toldBy({ flags, environment, storeSettings }: TierWords, extra: Readonly<Record<string, unknown>>): Told | undefined {
  const file = storeSettings.get("LMCACHE_CONFIG_FILE");
  if (!file && (environment.has("LMCACHE_CONFIG_FILE") || flags.has("lmcache-config-file"))) return undefined;
  const sizes = /^(local|max_local|chunk|remote_url)/;
  const hidden = [...(file ?? [])].some(([name, value]) => sizes.test(name) && value === undefined);
  const unreadable = [...environment].some(([name, text]) => text === undefined && sizes.test(memberOf(name)));
  if (hidden || unreadable) return undefined;
  return (member) => extra[`lmcache.${member}`] ?? environment.get(`LMCACHE_${member.toUpperCase()}`)?.value ?? file?.get(member)?.value;
}

/** `LMCACHE_CHUNK_SIZE` → `chunk_size`; other variables are none of its members. */
function memberOf(variable: string): string {
  return variable.startsWith("LMCACHE_") ? variable.slice("LMCACHE_".length).toLowerCase() : "";
}

function isSaid(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "" && !/^(null|none|false)$/i.test(value.trim());
}
