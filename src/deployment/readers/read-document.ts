import type { Span } from "../text.ts";
import type { YamlValue } from "../yaml-document.ts";
import type { ReaderContext } from "./context.ts";
import type { Recognised } from "./reader.ts";
import { readers } from "./readers.ts";

/** What one document holds; a Kubernetes `List` holds several. */
export function readDocument(root: YamlValue, extent: Span, context: ReaderContext): Recognised[] {
  if (root.at("kind").string === "List" && root.at("apiVersion").exists) {
    return root
      .at("items")
      .items()
      .flatMap((item) => readDocument(item, item.span ?? extent, context));
  }
  for (const reader of readers) {
    const found = reader(root, extent, context);
    if (found) return [found];
  }
  return [];
}
