import type { Deployment, Pool } from "../../deployment/deployment.ts";
import type { JoinedText } from "../../deployment/joined-text.ts";
import type { YamlDocument, YamlValue } from "../../deployment/yaml-document.ts";

/** The document of the text that a pool was read from; undefined where that is another file's. */
export function documentOf({ documents, lines }: JoinedText, { extent }: Pool): YamlDocument | undefined {
  if (extent.file !== undefined) return undefined;
  const { start, end } = lines.span(extent);
  return documents.findLast(({ span }) => span.start <= Math.max(start, end - 1));
}

/** Whether what these documents hold is a cluster's: objects of Kubernetes, or values that a chart makes them of. */
export function areInCluster(roots: readonly YamlValue[], { format }: Pick<Deployment, "format">): boolean {
  const areObjects = roots.length > 0 && roots.every((root) => root.at("apiVersion").exists && root.at("kind").exists);
  return areObjects || format.startsWith("helm-");
}
