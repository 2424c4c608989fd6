import { isKustomization, kustomized } from "../kustomize.ts";
import type { Span } from "../text.ts";
import type { YamlValue } from "../yaml-document.ts";
import type { ReaderContext } from "./context.ts";
import type { Recognised } from "./reader.ts";
import { readers } from "./readers.ts";
import { rootAnchor } from "./workload.ts";

/** What a kustomization builds of the files it names stands under its own lens; without them it holds nothing. */
function kustomizationOf(root: YamlValue, extent: Span, context: ReaderContext): Recognised {
  const objects = kustomized(root, (path, from) => context.fileAt(path, from));
  const anchor = rootAnchor(root, extent);
  const built = objects.flatMap((object) => readDocument(object.root, object.span, context));
  return {
    format: "kustomization",
    units: built.flatMap(({ units }) => units).map((unit) => ({ ...unit, anchor, extent })),
    companions: built.flatMap(({ companions = [] }) => companions).map((one) => ({ ...one, span: anchor })),
  };
}

/** What one document holds; a Kubernetes `List` holds several. */
export function readDocument(root: YamlValue, extent: Span, context: ReaderContext): Recognised[] {
  if (root.at("kind").string === "List" && root.at("apiVersion").exists) {
    return root
      .at("items")
      .items()
      .flatMap((item) => readDocument(item, item.span ?? extent, context));
  }
  if (isKustomization(root, context.fileName)) return [kustomizationOf(root, extent, context)];
  for (const reader of readers) {
    const found = reader(root, extent, context);
    if (found) return [found];
  }
  return [];
}
