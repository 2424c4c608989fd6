import type { YamlDocument, YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { configMapEntry } from "./config-maps.ts";

/** The file at a path of a container: of the volume mounted deepest above it, the ConfigMap's entry that becomes the file. */
export function mountedFile(path: string, container: YamlValue, pod: YamlValue, context: ReaderContext): YamlValue | undefined {
  const mounts = container
    .at("volumeMounts")
    .items()
    .filter((mount) => below(path, mount.at("mountPath").string) !== undefined)
    .sort((a, b) => b.at("mountPath").string.length - a.at("mountPath").string.length);
  const [mount] = mounts;
  if (!mount) return undefined;
  const inVolume = [mount.at("subPath").string, below(path, mount.at("mountPath").string) ?? ""].filter(Boolean).join("/");
  const volume = pod
    .at("volumes")
    .items()
    .find((one) => one.at("name").string === mount.at("name").string);
  for (const source of [volume?.at("configMap"), ...(volume?.at("projected", "sources").items() ?? []).map((one) => one.at("configMap"))]) {
    const found = source?.exists ? configMapEntry(source.at("name").string, keyOf(inVolume, source), context) : undefined;
    if (found) return found;
  }
  return undefined;
}

/** The same as YAML. */
export function mountedDocument(path: string, container: YamlValue, pod: YamlValue, context: ReaderContext): YamlDocument | undefined {
  const file = mountedFile(path, container, pod, context);
  return file?.document.embedded(file);
}

/** What is left of a path below a folder, `""` for the folder itself. */
function below(path: string, folder: string): string | undefined {
  const base = folder.replace(/\/+$/, "");
  if (base === "") return undefined;
  if (path === base) return "";
  return path.startsWith(`${base}/`) ? path.slice(base.length + 1) : undefined;
}

/** Keys are file names unless `items` names them anew. */
function keyOf(file: string, source: YamlValue): string {
  const items = source.at("items");
  if (!items.exists) return file;
  const item = items.items().find((one) => one.at("path").string === file);
  return item?.at("key").string ?? "";
}
