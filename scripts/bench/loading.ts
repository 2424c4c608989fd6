import { benchCatalog, cpuMilliseconds, type Measurement } from "./measure.ts";

/** The catalogue's parts, each at its first use. */
export function loadPart(): readonly Measurement[] {
  const catalog = benchCatalog();
  const first = (name: string, look: () => unknown): Measurement => ({
    name: `catalogue, first ${name}`,
    value: cpuMilliseconds(look),
    unit: "CPU ms",
    limit: null,
  });
  return [
    first("GPU", () => catalog.gpu("H100")),
    first("instance type", () => catalog.instance("p5.48xlarge")),
    first("model", () => catalog.model("meta-llama/Llama-3.1-8B-Instruct")),
    first("flag", () => catalog.flags("vllm")),
    first("workload", () => catalog.workload("chat")),
  ];
}
