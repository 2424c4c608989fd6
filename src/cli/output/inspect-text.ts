import { calibrationWords } from "../../deployment/calibration-words.ts";
import type { Known } from "../../deployment/located.ts";
import { plain } from "../../deployment/message.ts";
import { gpusPerInstance, type Layout } from "../../deployment/settled.ts";
import type { DeploymentAnalysis } from "../../language/results.ts";
import type { MemoryPlan } from "../../memory/plan.ts";
import { layoutWords } from "../../simulation/report/layout-words.ts";
import { timingState, timingWords } from "../../timing/timing-state.ts";
import type { Terminal } from "../terminal.ts";
import type { InspectJson } from "./inspect-json.ts";
import { memoryText } from "./memory-text.ts";
import { table } from "./table.ts";

const words: Readonly<Record<string, string>> = {
  file: "",
  directive: "directive",
  argument: "argument",
  inferred: "inferred",
  project: "project file",
  setting: "setting",
  "engine-default": "engine default",
  calibration: "calibration",
};

/** One deployment for people: each value with where it comes from, then its memory. */
export function inspectText(
  { deployment, settled, settlement, memory }: DeploymentAnalysis,
  json: InspectJson,
  paint: Terminal["paint"],
): string {
  const rows: string[][] = [];
  const add = (name: string, value: string | number | null | undefined, origin = ""): void => {
    const known = value !== null && value !== undefined && value !== "";
    rows.push([
      paint("dim", name),
      known ? String(value) : paint("yellow", "unknown"),
      paint("dim", known ? (words[origin] ?? origin) : ""),
    ]);
  };
  add("engine", [deployment.engine, deployment.launcher ? `by ${deployment.launcher}` : ""].filter(Boolean).join(" "));
  deployment.pools.forEach((pool, index) => {
    const { hardware, engine } = pool;
    const several = deployment.pools.length > 1;
    if (index === 0) add("model", deployment.model?.value.name, deployment.model?.origin);
    if (index === 0 && json.modelId !== null && json.modelId !== json.model)
      add("facts of", json.modelId, deployment.model?.value.facts?.origin);
    if (several) add("pool", `${index + 1}: ${pool.role}`);
    add("version", engine.version?.value.text, engine.version?.origin);
    add("GPU", hardware.gpu?.value ?? unreadGpu(hardware.gpuAsWritten), hardware.gpu?.origin);
    add("GPUs per node", hardware.gpusPerNode?.value, hardware.gpusPerNode?.origin);
    add("nodes", hardware.nodes?.value, hardware.nodes?.origin);
    add("instances", pool.instances?.value, pool.instances?.origin);
    const layout = settled?.pools[index]?.layout;
    add("layout", layout ? layoutOf(layout) : sizesWritten(json, index));
    if (engine.parallel.shift)
      add("Shift threshold", `${engine.parallel.shift.value.threshold.value} tokens`, engine.parallel.shift.value.threshold.origin);
    for (const [name, value] of Object.entries(json.pools[index]?.settings ?? {})) {
      add(name, value === null ? null : String(value), engine.flags.get(name)?.value?.origin);
    }
  });
  if (deployment.workload) add("workload", deployment.workload.value, deployment.workload.origin);
  const missing = (settlement.missing ?? []).map(({ message }) => `  ${paint("yellow", "not settled:")} ${plain(message)}\n`).join("");
  const assumed = (settled?.assumed ?? [])
    .map(({ what, value, why }) => `  ${paint("dim", "assumed:")} ${what} = ${value}, ${plain(why)}\n`)
    .join("");
  return `${paint("bold", deployment.name)} (${deployment.format})\n${table(rows, { indent: 2 })}${missing}${assumed}${plansText(memory)}${measuredText(settled, paint)}${timingText(settled, paint)}`;
}

/** What a calibration gave, and what of it no longer holds. */
function measuredText(settled: DeploymentAnalysis["settled"], paint: Terminal["paint"]): string {
  return (settled?.pools ?? [])
    .flatMap(({ observed: { measured } }) => (measured ? [calibrationWords(measured)] : []))
    .map(({ used, predicted }) => {
      const lines = predicted.map(({ terms, why }) => `  ${paint("yellow", "predicted:")} ${terms}; ${plain(why)}\n`);
      return `  ${paint("dim", "calibration:")} ${plain(used)}\n${lines.join("")}`;
    })
    .join("");
}

/** Whether steps are as a benchmark measured them, and why not. */
function timingText(settled: DeploymentAnalysis["settled"], paint: Terminal["paint"]): string {
  return (settled?.pools ?? [])
    .flatMap((pool) => (settled ? (timingState(settled.model, pool) ?? []) : []))
    .map((state) => {
      const why = state.refused ? `  ${paint("yellow", "predicted:")} steps; ${plain(state.refused)}\n` : "";
      return `  ${paint("dim", "calibration:")} ${plain(timingWords(state))}\n${why}`;
    })
    .join("");
}

function plansText(memory: readonly MemoryPlan[]): string {
  return memory.map((plan, index) => `${memory.length > 1 ? `  pool ${index + 1}\n` : ""}${memoryText(plan, 2)}`).join("");
}

function layoutOf(layout: Layout): string {
  const gpus = gpusPerInstance(layout);
  return gpus === 1 ? layoutWords(layout) : `${layoutWords(layout)}, ${gpus} GPUs an instance`;
}

function unreadGpu(asWritten: Known<string>): string | undefined {
  return asWritten && `not known: ${asWritten.value}`;
}

function sizesWritten(json: InspectJson, index: number): string | null {
  const sizes = Object.entries(json.pools[index]?.sizes ?? {}).flatMap(([name, value]) => (value === null ? [] : [`${name} ${value}`]));
  return sizes.length > 0 ? sizes.join(", ") : null;
}
