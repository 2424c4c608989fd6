import type { Known } from "../../located.ts";
import { isReadable } from "../../mapped.ts";
import { message } from "../../message.ts";
import { plainUnit, type Unit, unknownHardware } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { writtenEnvironment } from "../pods/environment.ts";
import { namedGpus } from "../pods/named-gpus.ts";
import { wholeNumber } from "../pods/resources.ts";
import { fileTitle, rootAnchor } from "../pods/workload.ts";
import type { Reader } from "../reader.ts";
import { trussEngine } from "./truss-engine.ts";

const engineKeys = ["trt_llm", "bis_llm", "docker_server", "base_image", "build", "requirements"];

/** The `config.yaml` of a Truss (Baseten). Where its own code serves the model without an engine, it starts none. */
export const trussReader: Reader = (root, extent, context) => {
  if (!isTruss(root)) return undefined;
  const environment = writtenEnvironment(root.at("environment_variables"));
  const engine = trussEngine(root, environment, context);
  if (!engine) return { format: "truss", units: [] };
  const name = root.at("model_name").string;
  const gpus = namedGpus(root.at("resources", "accelerator").text(), context.lines);
  const unit: Unit = {
    ...plainUnit,
    ...engine,
    format: "truss",
    name: name !== "" && isReadable(name) ? name : fileTitle(context.fileName) || "truss",
    anchor: rootAnchor(root, extent),
    extent,
    image: root.at("base_image", "image").text(),
    environment,
    complete: root.document.errors.length === 0 && !root.document.structuralTemplate,
    instances: undefined,
    hardware: { ...unknownHardware, gpusPerNode: gpus?.count, nodes: nodes(root, context) },
    gpuHints: gpus ? [{ words: [gpus.name], where: "accelerator" }] : [],
    groupSize: "one-pod",
  };
  return { format: "truss", units: [unit] };
};

function isTruss(root: YamlValue): boolean {
  if (!root.isMap || root.at("apiVersion").exists || !engineKeys.some((key) => root.at(key).exists)) return false;
  return root.at("resources").isMap && ["model_name", "model_metadata", "trt_llm", "bis_llm"].some((key) => root.at(key).exists);
}

function nodes(root: YamlValue, { lines }: ReaderContext): Known<number> {
  const written = root.at("resources", "node_count");
  return written.exists
    ? wholeNumber(written, lines)
    : { value: 1, origin: "engine-default", why: message("one machine unless told otherwise") };
}
