import { dockerGpus } from "../../script-hardware.ts";
import { plainUnit, type Unit, unknownHardware } from "../../units.ts";
import type { ReaderContext } from "../context.ts";
import { extraArguments } from "../fields/extra-arguments.ts";
import { fieldFlags } from "../fields/field-flags.ts";
import { copies } from "../pods/copies.ts";
import { imageOf } from "./chart-image.ts";
import type { BenchmarkStack } from "./llmd-benchmark-stack.ts";

/** The engines that a stack runs as plain containers of one machine (`nok8s`). */
export function localUnits(stack: BenchmarkStack, context: ReaderContext): Unit[] {
  const local = stack.setting("nok8s");
  const engine = local.at("vllm");
  if (local.at("enabled").boolean !== true || !engine.isMap) return [];
  const repository = engine.at("image").text();
  return [
    {
      ...plainUnit,
      format: "llmd-benchmark-scenario",
      name: "nok8s",
      deployment: stack.name,
      ...stack.place(local),
      engine: "vllm",
      launch: extraArguments(engine.at("extraArgs"), "vllm"),
      mapping: {
        flags: fieldFlags(engine, { tensorParallel: "tensor-parallel-size" }, "vllm", context),
        site: undefined,
        model: stack.setting("model", "name").text(),
        complete: false,
        readBy: "platform",
      },
      image: repository && imageOf(undefined, repository, engine.at("tag").text()),
      complete: engine.document.errors.length === 0,
      instances: copies(engine.at("replicas"), context),
      groupSize: "one-pod",
      hardware: { ...unknownHardware, gpusPerNode: dockerGpus(engine.at("gpus").text(), context.lines) },
    },
  ];
}
