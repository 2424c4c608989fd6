import { spanOf } from "../deployment/mapped.ts";
import type { Span } from "../deployment/text.ts";
import type { YamlDocument, YamlValue } from "../deployment/yaml-document.ts";

/** Kubernetes' references by name: under which keys they stand, and what kind of object they mean. */
const references: readonly { readonly keys: RegExp; readonly kind: RegExp }[] = [
  { keys: /^configMap(\.name|Ref\.name|KeyRef\.name|Name)$/, kind: /^ConfigMap$/ },
  { keys: /^secret(\.name|Ref\.name|KeyRef\.name|Name)$/, kind: /^Secret$/ },
  { keys: /^persistentVolumeClaim\.claimName$/, kind: /^PersistentVolumeClaim$/ },
  { keys: /\.serviceAccountName$/, kind: /^ServiceAccount$/ },
  { keys: /^(model\.runtime|runtime\.name)$/, kind: /^(Cluster)?ServingRuntime$/ },
  { keys: /^baseRefs\.name$/, kind: /^LLMInferenceServiceConfig$/ },
  { keys: /^scaleTargetRef\.name$/, kind: /^(Deployment|StatefulSet|LeaderWorkerSet)$/ },
];

interface Named {
  readonly origin: Span;
  readonly target: Span;
}

/** The object or volume whose name the innermost value of a path is. */
export function objectNamed(path: readonly YamlValue[], documents: readonly YamlDocument[]): Named | undefined {
  const value = path.at(-1);
  const name = value?.text();
  const key = value?.key?.value;
  if (!value || !name || key === undefined) return undefined;
  const parent = path.slice(0, -1).findLast((one) => one.key !== undefined)?.key?.value ?? "";
  const target = parent === "volumeMounts" && key === "name" ? volume(path, name.value) : object(`${parent}.${key}`, name.value, documents);
  return target && { origin: spanOf(name), target };
}

function object(keys: string, name: string, documents: readonly YamlDocument[]): Span | undefined {
  const kind = references.find((one) => one.keys.test(keys) || one.keys.test(keys.slice(keys.indexOf(".") + 1)))?.kind;
  if (!kind) return undefined;
  for (const { root } of documents) {
    const named = root.at("metadata", "name").text();
    if (named?.value === name && kind.test(root.at("kind").string)) return spanOf(named);
  }
  return undefined;
}

/** `volumes` of the pod that a mount's container belongs to. */
function volume(path: readonly YamlValue[], name: string): Span | undefined {
  for (const value of [...path].reverse()) {
    for (const item of value.at("volumes").items()) {
      const named = item.at("name").text();
      if (named?.value === name) return spanOf(named);
    }
  }
  return undefined;
}
