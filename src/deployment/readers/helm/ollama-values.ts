import { wordTable } from "../../../catalog/word-table.ts";
import type { Mapped } from "../../mapped.ts";
import { plainUnit, type Unit, type UnitHardware, unknownHardware } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { copies } from "../pods/copies.ts";
import { nodeHints } from "../pods/node-hints.ts";
import { gpuCount, wholeNumber } from "../pods/resources.ts";
import { rootAnchor } from "../pods/workload.ts";
import type { Reader } from "../reader.ts";
import { chartImage } from "./chart-image.ts";

const resources: Readonly<Record<string, string>> = wordTable({ nvidia: "nvidia.com/gpu", amd: "amd.com/gpu" });

/** Values of the Ollama chart: one server, the models that it fetches, and its GPUs. */
export const ollamaValuesReader: Reader = (root, extent, context) => {
  const ollama = root.at("ollama");
  if (!ollama.isMap || !["models", "gpu", "defaultModel", "mountPath", "insecure"].some((key) => ollama.at(key).exists)) return undefined;
  const unit: Unit = {
    ...plainUnit,
    format: "helm-ollama",
    name: root.at("fullnameOverride").string || "ollama",
    anchor: rootAnchor(root, extent),
    extent,
    engine: "ollama",
    mapping: { flags: [], site: undefined, model: firstModel(ollama), complete: true, readBy: "platform" },
    image: chartImage(root.at("image")),
    complete: !root.document.structuralTemplate && root.document.errors.length === 0,
    instances: copies(root.at("replicaCount"), context),
    hardware: hardware(root, ollama.at("gpu"), context),
    gpuHints: nodeHints(root),
    groupSize: "one-pod",
  };
  return { format: "helm-ollama", units: [unit] };
};

/** Of the models that are run, pulled or created, by a list or by lists for each. */
function firstModel(ollama: YamlValue): Mapped | undefined {
  const models = ollama.at("models");
  const listed = [models, models.at("run"), models.at("pull"), models.at("create")].flatMap((list) => list.items());
  const [first] = listed.map((item) => item.text() ?? item.at("name").text()).filter((text) => text !== undefined);
  return first ?? ollama.at("defaultModel").text();
}

/** `number` of `type` where GPUs are switched on; slices and claims say their count elsewhere. */
function hardware(root: YamlValue, gpu: YamlValue, { lines }: ReaderContext): UnitHardware {
  const asked = gpuCount(root, lines);
  if (asked.resource) return { ...unknownHardware, gpusPerNode: asked.count, gpuRequest: asked.request, resource: asked.resource };
  const isOn = gpu.at("enabled").boolean === true && gpu.at("draEnabled").boolean !== true && gpu.at("mig", "enabled").boolean !== true;
  if (!isOn) return unknownHardware;
  const type = gpu.at("type").string || "nvidia";
  const own = gpu.at("nvidiaResource").string;
  return {
    ...unknownHardware,
    gpusPerNode: wholeNumber(gpu.at("number"), lines),
    resource: (type === "nvidia" && own !== "" ? own : resources[type]) ?? null,
  };
}
