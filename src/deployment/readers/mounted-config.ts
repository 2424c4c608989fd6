import { dialects } from "../engines/dialect.ts";
import type { Launch } from "../launch.ts";
import type { MappingFlags } from "../units.ts";
import type { YamlDocument, YamlValue } from "../yaml-document.ts";
import { configMapYaml } from "./config-maps.ts";
import type { ReaderContext } from "./context.ts";
import { engineMapping } from "./engine-mapping.ts";
import { launchFlags } from "./launch-flags.ts";

/** The flags of the config file that a command line names (`--config`, `--extra_llm_api_options`), where a ConfigMap that can be seen is mounted there. */
export function mountedConfig(launch: Launch, container: YamlValue, pod: YamlValue, context: ReaderContext): MappingFlags | undefined {
  const path = configPath(launch, context);
  const file = path === undefined ? undefined : mountedYaml(path, container, pod, context);
  return file && engineMapping(file.root, launch.engine, "engine", context);
}

function configPath(launch: Launch, context: ReaderContext): string | undefined {
  const { config } = dialects[launch.engine];
  // Most command lines name no file, and are not taken apart for it.
  if (config.flags.length === 0 || !launch.words.some(({ value }) => /^--(conf|extra|override)/.test(value))) return undefined;
  const flags = launchFlags(launch, context);
  for (const name of config.flags) {
    const path = flags.get(name)?.value?.value;
    if (path) return path;
  }
  return undefined;
}

/** The YAML at a path of a container: the volume mounted deepest above it, and the ConfigMap's key that becomes the file. */
export function mountedYaml(path: string, container: YamlValue, pod: YamlValue, context: ReaderContext): YamlDocument | undefined {
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
    const found = source?.exists ? configMapYaml(source.at("name").string, keyOf(inVolume, source), context) : undefined;
    if (found) return found;
  }
  return undefined;
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
