import { kubeaiCatalogReader } from "../operators/kubeai.ts";
import { nimValuesReader } from "../operators/nim.ts";
import type { Reader } from "../reader.ts";
import { chartValuesReader } from "./chart-values.ts";
import { gpuRecipesReader } from "./gpu-recipes.ts";
import { llmdDeployerReader } from "./llmd-deployer.ts";
import { llmdModelserviceReader } from "./llmd-modelservice.ts";
import { ollamaValuesReader } from "./ollama-values.ts";
import { productionStackReader } from "./production-stack.ts";
import { umbrellaReader } from "./umbrella-values.ts";

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

const families: readonly Reader[] = [...charts, chartValuesReader, umbrellaReader(charts)];

/** Values of a Helm chart, or of an umbrella chart whose keys name the charts below it. */
export const helmValuesReader: Reader = (root, extent, context) => {
  if (!root.isMap || root.at("apiVersion").exists || root.at("kind").exists) return undefined;
  for (const family of families) {
    const found = family(root, extent, context);
    if (found) return found;
  }
  return undefined;
};
