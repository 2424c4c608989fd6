import type { Flag } from "../../deployment.ts";
import { spanOf } from "../../mapped.ts";
import { message } from "../../message.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { hiddenFlag, impliedFlag } from "../fields/implied-flag.ts";
import { quantityBytes } from "../pods/resources.ts";

/** The connector that KServe makes of `kvCacheOffloading`: vLLM's own offloading to the host, and to file systems behind it. */
export function offloadingFlags(spec: YamlValue, context: ReaderContext): Flag[] {
  const [field] = [spec.at("kvCacheOffloading"), spec.at("workload", "kvCacheOffloading")].filter(({ exists }) => exists);
  if (!field?.key) return [];
  const bytes = bytesOf(field.at("cpu"));
  // Between prefill and decode other connectors stand beside it.
  if (bytes === undefined || spec.at("prefill").exists) return [hiddenFlag("kv-transfer-config", spanOf(field.key), context)];
  const connector = {
    kv_connector: "OffloadingConnector",
    kv_role: "kv_both",
    kv_connector_extra_config: { cpu_bytes_to_use: bytes, secondary_tiers: field.at("secondary").items().map(fileSystem) },
  };
  return [impliedFlag("kv-transfer-config", JSON.stringify(connector), field.key, message("what KServe makes of it"), context)];
}

function fileSystem(entry: YamlValue): Readonly<Record<string, unknown>> {
  const files = entry.at("fileSystem");
  const bytes = bytesOf(files.at("emptyDir", "size")) ?? bytesOf(files.at("pvc", "spec", "resources", "requests", "storage"));
  return { type: "fs", ...(bytes === undefined ? {} : { max_disk_gib: bytes / 2 ** 30 }) };
}

function bytesOf(value: YamlValue): number | undefined {
  const text = value.text();
  return text && quantityBytes(text.value);
}
