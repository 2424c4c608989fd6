import type { YamlDocument, YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";

/** What a ConfigMap holds under a key; undefined where nobody sees it. */
export function configMapEntry(name: string, key: string, context: ReaderContext): YamlValue | undefined {
  const entry = key === "" ? undefined : context.object(["ConfigMap"], name)?.at("data", key);
  return entry?.exists ? entry : undefined;
}

/** The YAML that a ConfigMap holds under a key; undefined where nobody sees it or it is not written as a literal block. */
export function configMapYaml(name: string, key: string, context: ReaderContext): YamlDocument | undefined {
  const entry = configMapEntry(name, key, context);
  return entry?.document.embedded(entry);
}
