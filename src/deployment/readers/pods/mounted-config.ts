import type { Launch } from "../../launch.ts";
import type { MappingFlags } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { mountedFile } from "./mounted-file.ts";
import { namedConfig } from "./named-config.ts";

/** The flags of the config file that a container's command line names, where its script writes it or a ConfigMap that can be seen is mounted there. */
export function mountedConfig(launch: Launch, container: YamlValue, pod: YamlValue, context: ReaderContext): MappingFlags | undefined {
  return namedConfig(launch, container.document, context, (path) => mountedFile(path, container, pod, context));
}
