import { dialects } from "../../engines/dialect.ts";
import type { Launch } from "../../launch.ts";
import type { MappingFlags } from "../../units.ts";
import type { YamlDocument } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { engineMapping } from "../fields/engine-mapping.ts";
import { launchFlags } from "../fields/launch-flags.ts";
import { type MountedDocument, namedDocument } from "./named-document.ts";

/** The flags of the config file that a command line names (`--config`, `--extra_llm_api_options`). The command line stands in `document`. */
export function namedConfig(
  launch: Launch,
  document: YamlDocument,
  context: ReaderContext,
  mounted?: MountedDocument,
): MappingFlags | undefined {
  const path = configPath(launch, context);
  const file = path === undefined ? undefined : namedDocument(launch, path, document, mounted);
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
