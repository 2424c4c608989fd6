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

/** What one document holds; a Kubernetes `List` holds several. */
export function readDocument(root: YamlValue, extent: Span, context: ReaderContext): Recognised[] {
  if (root.at("kind").string === "List" && root.at("apiVersion").exists) {
    return root
      .at("items")
      .items()
      .flatMap((item) => readDocument(item, item.span ?? extent, context));
  }
  if (isKustomization(root, context.fileName)) return [kustomizationOf(root, context)];
  for (const reader of readers) {
    const found = reader(root, extent, context);
    if (found) return [found];
  }
  return [];
}
