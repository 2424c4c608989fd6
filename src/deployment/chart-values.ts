import type { ReaderContext } from "./readers/context.ts";
import type { YamlDocument } from "./yaml-document.ts";
import { withValues } from "./yaml-merge.ts";

/** A values file beside its chart's own values as Helm reads it, over them; any other document as it is. */
export function overChartValues(document: YamlDocument, context: ReaderContext): YamlDocument {
  const { root } = document;
  if (!root.isMap || root.at("apiVersion").exists || !isOverlay(context.fileName)) return document;
  const own = context.fileAt("values.yaml", undefined)?.documents[0];
  return own?.root.isMap && context.fileAt("Chart.yaml", undefined) ? withValues(own, document) : document;
}

/** `values-prod.yaml`, `prod.values.yaml`, not the chart's own `values.yaml`. */
function isOverlay(fileName: string): boolean {
  const name = fileName.split(/[\\/]/).at(-1) ?? "";
  return /values/i.test(name) && !/^values\.ya?ml$/i.test(name);
}
