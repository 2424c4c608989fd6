import type { EngineId, FormatId } from "../../deployment.ts";
import type { FlagNames } from "../../flag-names.ts";
import { message } from "../../message.ts";
import type { Span } from "../../text.ts";
import { plainUnit, type Unit, unknownHardware } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { fileTitle, rootAnchor } from "../pods/workload.ts";
import { engineMapping, flagKey } from "./engine-mapping.ts";

/** The one server that a file of settings configures; model and GPUs often stand on its command line alone. */
export function configUnit(format: FormatId, engine: EngineId, root: YamlValue, extent: Span, context: ReaderContext): Unit {
  return {
    ...plainUnit,
    format,
    name: fileTitle(context.fileName) || engine,
    anchor: rootAnchor(root, extent),
    extent,
    engine,
    mapping: engineMapping(root, engine, "engine", context),
    complete: root.document.errors.length === 0 && !root.document.structuralTemplate,
    instances: { value: 1, origin: "inferred", why: message("a config file starts one server") },
    hardware: unknownHardware,
  };
}

/** Keys that could be an engine's settings: those of a block mapping that is nothing else by its shape. */
export function settingKeys(root: YamlValue): string[] {
  if (!root.isMap || root.isFlow || ["apiVersion", "kind", "services"].some((key) => root.at(key).exists)) return [];
  return root.entries().map(({ key }) => flagKey(key?.value ?? ""));
}

/** The flag a key stands for by its full name; beginnings that only argparse would complete are no sign of an engine. */
export function exactFlag(key: string, names: FlagNames): string | undefined {
  const { facts, name } = names.resolve(`--${key}`);
  const base = key.replace(/^no-/, "").split(".")[0] ?? "";
  const isSpelledSo = facts && (facts.name === base || name === key || facts.aliases.some((alias) => alias.replace(/^-+/, "") === base));
  return isSpelledSo ? facts.name : undefined;
}
