import type { YamlDocument } from "../yaml-document.ts";
import type { ReaderContext } from "./context.ts";

/** The YAML that a ConfigMap holds under a key; undefined where nobody sees it or it is not written as a literal block. */
export function configMapYaml(name: string, key: string, context: ReaderContext): YamlDocument | undefined {
  const data = key === "" ? undefined : context.object(["ConfigMap"], name)?.at("data", key);
  return data?.document.embedded(data);
}
