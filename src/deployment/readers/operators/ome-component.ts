import type { Known } from "../../located.ts";
import { message } from "../../message.ts";
import type { Unit } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { containerUnits, podUnits } from "../pods/pod.ts";
import { groupGpus } from "../pods/pod-group.ts";
import { gpuCount, wholeNumber } from "../pods/resources.ts";

export type ComponentUnit = Omit<Unit, "name" | "format" | "anchor" | "extent" | "instances">;

/** The engines of one component: its `runner`, or a `leader` with `worker.size` workers beside it. */
export function componentUnits(component: YamlValue, context: ReaderContext): ComponentUnit[] {
  const leader = component.at("leader");
  if (!leader.exists) return podEngines(component, context).map((unit) => ({ ...unit, groupSize: "one-pod" }));
  const worker = component.at("worker");
  const size = groupSize(worker, context);
  const workers = gpuCount(runnerOf(worker), context.lines).count;
  const led = podEngines(leader, context);
  const found = led.length > 0 ? led : podEngines(worker, context);
  return found.map((unit) => {
    const gpusPerInstance = groupGpus(unit.hardware.gpusPerNode, led.length > 0 ? workers : unit.hardware.gpusPerNode, size);
    return { ...unit, groupSize: "group", hardware: { ...unit.hardware, nodes: size, gpusPerInstance } };
  });
}

function podEngines(pod: YamlValue, context: ReaderContext): ComponentUnit[] {
  const runner = pod.at("runner");
  return runner.exists ? containerUnits(runner, pod, new Map(), context) : podUnits(pod, new Map(), context);
}

/** The container that serves: the runner, else the pod's first. */
export function runnerOf(pod: YamlValue): YamlValue {
  const runner = pod.at("runner");
  return runner.exists ? runner : (pod.at("containers").items()[0] ?? runner);
}

/** The leader and as many workers as are written. */
function groupSize(worker: YamlValue, { lines }: ReaderContext): Known<number> {
  const workers = wholeNumber(worker.at("size"), lines);
  return workers && { ...workers, value: workers.value + 1, origin: "inferred", why: message("a leader and {0} workers", workers.value) };
}
