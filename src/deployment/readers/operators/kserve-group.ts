import type { Known } from "../../located.ts";
import { message } from "../../message.ts";
import type { Unit, UnitHardware } from "../../units.ts";
import type { Variables } from "../../variables.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { groupGpus } from "../pods/pod-group.ts";
import { wholeNumber } from "../pods/resources.ts";

/** What KServe puts into the pods of several nodes. */
export function sizeVariables(workers: YamlValue): Variables {
  if (!workers.exists) return new Map();
  return new Map([
    ["TENSOR_PARALLEL_SIZE", workers.at("tensorParallelSize").text()],
    ["PIPELINE_PARALLEL_SIZE", workers.at("pipelineParallelSize").text()],
  ]);
}

/** A head with workers: a pod for each pipeline stage, each with the GPUs of a tensor group unless it asks for others. */
export function groupHardware(hardware: UnitHardware, workers: YamlValue, { lines }: ReaderContext): Pick<Unit, "hardware" | "groupSize"> {
  const nodes = wholeNumber(workers.at("pipelineParallelSize"), lines);
  const tensor = wholeNumber(workers.at("tensorParallelSize"), lines);
  const implied: Known<number> = tensor && {
    ...tensor,
    origin: "inferred",
    why: message("KServe asks for the GPUs of a tensor group in each pod"),
  };
  const gpusPerNode = hardware.gpusPerNode ?? implied;
  return { groupSize: "group", hardware: { ...hardware, gpusPerNode, nodes, gpusPerInstance: groupGpus(gpusPerNode, gpusPerNode, nodes) } };
}
