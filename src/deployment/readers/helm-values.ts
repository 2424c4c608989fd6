import type { Span } from "../text.ts";
import type { YamlValue } from "../yaml-document.ts";
import type { ReaderContext } from "./context.ts";
import { gpuRecipesReader } from "./gpu-recipes.ts";
import { kubeaiCatalogReader } from "./kubeai.ts";
import { llmdDeployerReader } from "./llmd-deployer.ts";
import { llmdModelserviceReader } from "./llmd-modelservice.ts";
import { nimValuesReader } from "./nim.ts";
import { ollamaValuesReader } from "./ollama-values.ts";
import { productionStackReader } from "./production-stack.ts";
import type { Reader, Recognised } from "./reader.ts";

/** Charts by the keys of their values. */
const charts: readonly Reader[] = [
  productionStackReader,
  llmdModelserviceReader,
  llmdDeployerReader,
  kubeaiCatalogReader,
  nimValuesReader,
  gpuRecipesReader,
  ollamaValuesReader,
];

/** Values of a Helm chart, or of an umbrella chart whose keys name the charts below it. */
export const helmValuesReader: Reader = (root, extent, context) => {
  if (!root.isMap || root.at("apiVersion").exists || root.at("kind").exists) return undefined;
  return chartValues(root, extent, context);
};

function chartValues(values: YamlValue, extent: Span, context: ReaderContext): Recognised | undefined {
  for (const chart of charts) {
    const found = chart(values, extent, context);
    if (found) return found;
  }
  return undefined;
}
