import type { Catalog } from "../../src/catalog/catalog.ts";
import type { EngineId } from "../../src/deployment/deployment.ts";
import { flagNames } from "../../src/deployment/flag-names.ts";
import type { Analysis } from "../../src/language/results.ts";
import type { Site } from "./mutation.ts";

/** Every pool of a file whose engine has a flag table. */
export function sitesOf(file: string, format: string, text: string, analysis: Analysis, catalog: Catalog): Site[] {
  return analysis.deployments.flatMap(({ deployment, memory }) =>
    deployment.pools.flatMap((pool, index): Site[] => {
      const { engine } = deployment;
      if (!hasTable(engine)) return [];
      const { version } = pool.engine;
      const names = flagNames(catalog.flags(engine), undefined);
      return [
        {
          file,
          format,
          text,
          deployment,
          pool,
          memory: memory[index],
          catalog,
          engine,
          version: version?.origin === "file" || version?.origin === "directive" ? version.value : undefined,
          model: deployment.model?.value.facts?.value,
          gpu: pool.hardware.gpu?.value,
          factsOf: (name) => names.resolve(`--${name}`).facts,
        },
      ];
    }),
  );
}

function hasTable(engine: EngineId): engine is "vllm" | "sglang" | "tensorrt-llm" {
  return engine === "vllm" || engine === "sglang" || engine === "tensorrt-llm";
}
