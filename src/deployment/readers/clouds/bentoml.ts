import type { EngineId } from "../../deployment.ts";
import { plainUnit, type Unit, unknownHardware } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { engineMapping } from "../fields/engine-mapping.ts";
import { fieldFlags } from "../fields/field-flags.ts";
import { writtenEnvironment } from "../pods/environment.ts";
import { wholeNumber } from "../pods/resources.ts";
import { fileTitle, rootAnchor } from "../pods/workload.ts";
import type { Reader } from "../reader.ts";

/**
 * Files of BentoML: what a service's own code hands to its engine (`engine_config`, `args`) is read as far as it says; build files, built
 * bentos, deployments and lists of models are known, and their engines stand in code.
 */
export const bentomlReader: Reader = (root, extent, context) => {
  const place = { anchor: rootAnchor(root, extent), extent };
  if (isConfigured(root)) return { format: "bentoml", units: [configuredUnit(root, place, context)] };
  if (isArguments(root)) return { format: "bentoml", units: [argumentsUnit(root.at("args"), place, context)] };
  return isOther(root) ? { format: "bentoml", units: [] } : undefined;
};

type Place = Pick<Unit, "anchor" | "extent">;

/** A service's `engine_config` beside its `service_config` (OpenLLM, BentoVLLM). */
function isConfigured(root: YamlValue): boolean {
  return root.at("engine_config").isMap && root.at("service_config").isMap;
}

/** A file for `bentoml build --arg-file`, as BentoVLLM's. */
function isArguments(root: YamlValue): boolean {
  const args = root.at("args");
  return args.at("model_id").exists && ["gpu_type", "tp", "tensor_parallel_size"].some((key) => args.at(key).exists);
}

function isOther(root: YamlValue): boolean {
  if (/^(serving|resources)\.yatai\.ai\//.test(root.at("apiVersion").string)) return true;
  if (root.at("apiVersion").exists) return false;
  const entries = root.entries();
  if (entries.length > 0 && entries.every((entry) => isConfigured(entry))) return true;
  if (root.at("bentoml_version").exists && root.at("service").exists) return true;
  const isBuild = ["python", "docker", "include", "models", "envs"].some((key) => root.at(key).exists);
  if (/^[\w.]+:\w+$/.test(root.at("service").string) && isBuild) return true;
  return (
    root.at("bento").exists &&
    root
      .at("services")
      .entries()
      .some((service) => service.at("instance_type").exists)
  );
}

function configuredUnit(root: YamlValue, place: Place, context: ReaderContext): Unit {
  const service = root.at("service_config");
  const engine: EngineId = root.document.mentions(/sglang/i) ? "sglang" : "vllm";
  const own = engineMapping(root.at("engine_config"), engine, "platform", context);
  const server = engineMapping(root.at("server_config"), engine, "platform", context).flags.filter(({ known }) => known);
  return {
    ...serviceUnit(engine, service.at("name").string, place, context),
    // The service's code may add what the file does not show.
    mapping: { ...own, flags: [...own.flags, ...server], complete: false },
    environment: writtenEnvironment(service.at("envs")),
    ...resources(service.at("resources", "gpu"), service.at("resources", "gpu_type"), context),
  };
}

const argumentFields = { tp: "tensor-parallel-size", tensor_parallel_size: "tensor-parallel-size", max_model_len: "max-model-len" };

function argumentsUnit(args: YamlValue, place: Place, context: ReaderContext): Unit {
  const engine: EngineId = args.document.mentions(/sglang/i) ? "sglang" : "vllm";
  const flags = fieldFlags(args, argumentFields, engine, context);
  return {
    ...serviceUnit(engine, args.at("name").string, place, context),
    mapping: { flags, site: undefined, model: args.at("model_id").text(), complete: false, readBy: "platform" },
    ...resources(undefined, args.at("gpu_type"), context),
  };
}

function serviceUnit(engine: EngineId, name: string, place: Place, context: ReaderContext): Unit {
  return {
    ...plainUnit,
    ...place,
    format: "bentoml",
    name: name || fileTitle(context.fileName) || "bentoml",
    engine,
    launcher: "bentoml",
    instances: undefined,
    hardware: unknownHardware,
    groupSize: "one-pod",
  };
}

function resources(count: YamlValue | undefined, type: YamlValue, { lines }: ReaderContext): Pick<Unit, "hardware" | "gpuHints"> {
  const word = type.text();
  return {
    hardware: { ...unknownHardware, gpusPerNode: count && wholeNumber(count, lines) },
    gpuHints: word ? [{ words: [word], where: "accelerator" }] : [],
  };
}
