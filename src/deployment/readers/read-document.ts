import { isKustomization, kustomized } from "../kustomize.ts";
import type { Span } from "../text.ts";
import type { YamlValue } from "../yaml-document.ts";
import type { ReaderContext } from "./context.ts";
import type { Recognised } from "./reader.ts";
import { readers } from "./readers.ts";

/** What a kustomization builds of the files it names; without them it holds nothing. */
function kustomizationOf(root: YamlValue, context: ReaderContext): Recognised {
  const objects = kustomized(root, (path, from) => context.fileAt(path, from));
  const built = objects.flatMap((object) => readDocument(object.root, object.span, context));
  const companions = built.flatMap((one) => one.companions ?? []);
  return { format: "kustomization", units: built.flatMap(({ units }) => units), companions };
}

/** What one document holds; a `List` of Kubernetes and a `Template` of OpenShift hold several objects. */
export function readDocument(root: YamlValue, extent: Span, context: ReaderContext): Recognised[] {
  const held = heldObjects(root);
  if (held) return held.items().flatMap((item) => readDocument(item, item.span ?? extent, context));
  if (isKustomization(root, context.fileName)) return [kustomizationOf(root, context)];
  for (const reader of readers) {
    const found = reader(root, extent, context);
    if (found) return [found];
  }
  return [];
}

function heldObjects(root: YamlValue): YamlValue | undefined {
  const kind = root.at("kind").string;
  const version = root.at("apiVersion").string;
  if (kind === "List" && version !== "") return root.at("items");
  return kind === "Template" && /^(template\.openshift\.io\/)?v1$/.test(version) ? root.at("objects") : undefined;
}
