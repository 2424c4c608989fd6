import { findScriptLaunches } from "../../launch.ts";
import { spanOf } from "../../mapped.ts";
import { plainUnit, type Unit, unknownHardware } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { sglangConfigReader } from "../files/sglang-config.ts";
import { trtllmConfigReader } from "../files/trtllm-config.ts";
import { trtllmDisaggReader } from "../files/trtllm-disagg.ts";
import { vllmConfigReader } from "../files/vllm-config.ts";
import type { Reader } from "../reader.ts";
import { namedConfig } from "./named-config.ts";
import { storeFiles } from "./store-files.ts";
import { workloadName } from "./workload.ts";

const configReaders: readonly Reader[] = [trtllmDisaggReader, trtllmConfigReader, sglangConfigReader, vllmConfigReader];
/** What a script that starts an engine is called, or begins with. */
const scriptName = /\.(sh|bash)$/;
const scriptStart = /^\s*#!\s*\/\S*(sh|env)\b/;

/** A ConfigMap that holds engines' config files or start scripts; where a workload of the same text has them, that tells what they start. */
export const configMapReader: Reader = (root, _extent, context) => {
  if (root.at("kind").string !== "ConfigMap" || root.at("apiVersion").string !== "v1") return undefined;
  const name = workloadName(root);
  const found = root
    .at("data")
    .entries()
    .map((entry) => entryUnits(entry, name, context));
  if (found.every((units) => units === undefined)) return undefined;
  return { format: "k8s-configmap", units: isUsed(root, name, context) ? [] : found.flatMap((units) => units ?? []) };
};

/** The engines that an entry configures or starts, none where it is a platform's preset; undefined for an entry of another kind. */
function entryUnits(entry: YamlValue, name: string, context: ReaderContext): Unit[] | undefined {
  const { key } = entry;
  if (!key) return undefined;
  const place = { format: "k8s-configmap" as const, anchor: spanOf(key), extent: entry.span ?? spanOf(key) };
  if (scriptName.test(key.value) || scriptStart.test(entry.string)) {
    const units = scriptUnits(entry, context).map((unit) => ({ ...unit, ...place, name: `${name}/${key.value}` }));
    return units.length > 0 ? units : undefined;
  }
  const document = entry.document.embedded(entry);
  if (!document) return undefined;
  for (const reader of configReaders) {
    const found = reader(document.root, document.span, context);
    if (found) return found.units.map((unit) => ({ ...unit, ...place, name: `${name}/${key.value}`, deployment: null }));
  }
  const { root } = document;
  return root.at("vllm").isMap || root.at("engine_config", "engine_kwargs").isMap ? [] : undefined;
}

function scriptUnits(entry: YamlValue, context: ReaderContext): Omit<Unit, "format" | "name" | "anchor" | "extent">[] {
  const script = entry.text();
  if (!script) return [];
  const { launches, installedVersion, joinsRay, strayOptions } = findScriptLaunches(script, new Map());
  return launches.map((launch) => ({
    ...plainUnit,
    engine: launch.engine,
    launcher: launch.launcher,
    launch,
    mapping: namedConfig(launch, entry.document, context),
    storeFiles: storeFiles(launch, { document: entry.document, environment: new Map() }, context),
    complete: !entry.document.structuralTemplate && entry.document.errors.length === 0,
    instances: undefined,
    hardware: unknownHardware,
    installedVersion,
    joinsRay,
    strayOptions,
  }));
}

/** Does another document of the text name it? */
function isUsed(root: YamlValue, name: string, { documents }: ReaderContext): boolean {
  return documents.some(
    (document) =>
      document.span.start !== root.document.span.start && document.source.slice(document.span.start, document.span.end).includes(name),
  );
}
