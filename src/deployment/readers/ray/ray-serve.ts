import { plainUnit, type Unit, unknownHardware } from "../../units.ts";
import { fileTitle, rootAnchor } from "../pods/workload.ts";
import type { Reader } from "../reader.ts";
import { acceleratorHints, blockPlace, servedUnit } from "./ray.ts";
import { servedEngines } from "./serve-applications.ts";

/** A file for `serve deploy`: applications without the cluster that they run on. */
export const rayServeReader: Reader = (root, extent, context) => {
  const applications = root.at("applications");
  const isServe = applications.items().some((one) => one.at("import_path").exists);
  if (!isServe || root.at("apiVersion").exists) return undefined;
  const engines = servedEngines(applications, context);
  const name = fileTitle(context.fileName) || "ray-serve";
  const place = { format: "ray-serve", name, anchor: rootAnchor(root, extent), extent } as const;
  const units = engines.map(
    (engine): Unit => ({
      ...plainUnit,
      ...servedUnit(engine, engines.length > 1 ? blockPlace(engine, engine.name, place) : place),
      launcher: "ray-serve",
      environment: engine.environment,
      complete: root.document.errors.length === 0 && !root.document.structuralTemplate,
      hardware: { ...unknownHardware, gpusPerInstance: engine.bundles },
      gpuHints: acceleratorHints(engine),
      groupSize: "group",
    }),
  );
  return { format: "ray-serve", units };
};
