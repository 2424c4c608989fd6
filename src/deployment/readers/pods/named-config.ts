import { dialects } from "../../engines/dialect.ts";
import type { Launch } from "../../launch.ts";
import type { MappingFlags } from "../../units.ts";
import { plainPath } from "../../written-files.ts";
import type { YamlDocument, YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { engineMapping } from "../fields/engine-mapping.ts";
import { launchFlags } from "../fields/launch-flags.ts";

/**
 * The flags of the config file that a command line names (`--config`, `--extra_llm_api_options`): the one that its own script has written
 * before, else what `mounted` finds at the path. The command line stands in `document`.
 */
export function namedConfig(
  launch: Launch,
  document: YamlDocument,
  context: ReaderContext,
  mounted?: (path: string) => YamlValue | undefined,
): MappingFlags | undefined {
  const path = configPath(launch, context);
  if (path === undefined) return undefined;
  const file = launch.files?.has(plainPath(path)) ? written(launch, path, document) : embedded(mounted?.(path));
  return file && engineMapping(file.root, launch.engine, "engine", context);
}

function written(launch: Launch, path: string, document: YamlDocument): YamlDocument | undefined {
  const text = launch.files?.get(plainPath(path));
  return text && document.embeddedText(text);
}

function embedded(file: YamlValue | undefined): YamlDocument | undefined {
  return file?.document.embedded(file);
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
