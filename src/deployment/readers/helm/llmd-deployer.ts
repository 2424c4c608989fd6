import { spanOf } from "../../mapped.ts";
import { plainUnit, type Unit, unknownHardware } from "../../units.ts";
import { extraArguments } from "../fields/extra-arguments.ts";
import { copies } from "../pods/copies.ts";
import { gpuCount } from "../pods/resources.ts";
import { rootAnchor } from "../pods/workload.ts";
import type { Reader } from "../reader.ts";
import { chartImage } from "./chart-image.ts";

const roles = ["prefill", "decode"] as const;

/** Values of llm-d's first chart: one sample application of prefill and decode engines, whose other arguments stand in a preset of the chart. */
export const llmdDeployerReader: Reader = (root, extent, context) => {
  const app = root.at("sampleApplication");
  if (!app.isMap || !["model", "prefill", "decode", "baseConfigMapRefName"].some((key) => app.at(key).exists)) return undefined;
  if (app.at("enabled").boolean === false) return { format: "helm-llmd-deployer", units: [] };
  const model = app.at("model", "modelArtifactURI").text();
  const gpus = gpuCount(app, context.lines);
  const written = app.entries().flatMap(({ key }) => roles.find((role) => role === key?.value) ?? []);
  const units = (written.length > 0 ? written : roles).map((role): Unit => {
    const own = app.at(role);
    return {
      ...plainUnit,
      format: "helm-llmd-deployer",
      name: role,
      deployment: app.at("model", "modelName").string || "sampleApplication",
      anchor: own.key ? spanOf(own.key) : rootAnchor(root, extent),
      extent: own.span ?? app.span ?? extent,
      engine: "vllm",
      launch: extraArguments(own.at("extraArgs"), "vllm"),
      mapping: { flags: [], site: undefined, model, complete: false, readBy: "platform" },
      image: chartImage(root.at("modelservice", "vllm", "image")),
      complete: !root.document.structuralTemplate && root.document.errors.length === 0,
      role,
      instances: copies(own.at("replicas"), context),
      hardware: { ...unknownHardware, gpusPerNode: gpus.count, gpuRequest: gpus.request, resource: gpus.resource },
      gpuHints: gpus.hints,
      groupSize: "one-pod",
    };
  });
  return { format: "helm-llmd-deployer", units };
};
