import { dialects } from "../engines/dialect.ts";
import type { Launch } from "../launch.ts";
import type { MappingFlags } from "../units.ts";
import type { YamlValue } from "../yaml-document.ts";
import type { ReaderContext } from "./context.ts";
import { engineMapping } from "./engine-mapping.ts";
import { launchFlags } from "./launch-flags.ts";
import { mountedFile } from "./mounted-file.ts";

/** The flags of the config file that a command line names (`--config`, `--extra_llm_api_options`), where a ConfigMap that can be seen is mounted there. */
export function mountedConfig(launch: Launch, container: YamlValue, pod: YamlValue, context: ReaderContext): MappingFlags | undefined {
  const path = configPath(launch, context);
  const file = path === undefined ? undefined : mountedFile(path, container, pod, context);
  const document = file?.document.embedded(file);
  return document && engineMapping(document.root, launch.engine, "engine", context);
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
