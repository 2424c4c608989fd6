import type { Flag } from "../../deployment.ts";
import { type Mapped, opaque, spanOf } from "../../mapped.ts";
import { message } from "../../message.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { impliedFlag } from "../fields/implied-flag.ts";

/** The connector that the chart starts an engine with where its `lmcacheConfig` is on (deployment-vllm-multi.yaml). */
export function lmcacheFlags(spec: YamlValue, context: ReaderContext): Flag[] {
  const config = spec.at("lmcacheConfig");
  const { key } = config.at("enabled");
  if (!key || config.at("enabled").boolean !== true) return [];
  const role = config.at("kvRole").string || "kv_both";
  const isOld = !config.at("enablePD").exists && spec.at("vllmConfig", "v0").text()?.value === "1";
  const connector = { kv_connector: isOld ? "LMCacheConnector" : "LMCacheConnectorV1", kv_role: role };
  return [impliedFlag("kv-transfer-config", JSON.stringify(connector), key, message("the chart's own argument"), context)];
}

/** The variables that the chart makes of `lmcacheConfig` and of its cache server. */
export function lmcacheVariables(spec: YamlValue, cacheServer: YamlValue): ReadonlyMap<string, Mapped | undefined> {
  const config = spec.at("lmcacheConfig");
  const variables = new Map<string, Mapped | undefined>();
  const { key } = config.at("enabled");
  if (!key || config.at("enabled").boolean !== true) return variables;
  const says = (name: string, value: string, at: Mapped): void => void variables.set(name, opaque(value, spanOf(at)));
  if (config.at("enablePD").boolean === true) {
    says("LMCACHE_ENABLE_PD", "True", key);
    return variables;
  }
  const host = config.at("cpuOffloadingBufferSize");
  if (host.exists && host.text()?.value !== "0") {
    says("LMCACHE_LOCAL_CPU", "True", key);
    variables.set("LMCACHE_MAX_LOCAL_CPU_SIZE", host.text());
  }
  const disk = config.at("diskOffloadingBufferSize");
  if (disk.exists) variables.set("LMCACHE_MAX_LOCAL_DISK_SIZE", disk.text());
  const server = cacheServer.key;
  if (server && cacheServer.at("enabled").boolean === true) says("LMCACHE_REMOTE_URL", "lm://cache-server", server);
  return variables;
}
