import { answerLine } from "../../src/cli/cases.ts";
import { inspectCase } from "../../src/cli/commands/inspect.ts";
import { readCase } from "../../src/deployment/case.ts";
import { settle } from "../../src/deployment/settle.ts";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import { benchCatalog, type Measurement, medianOf, wallMilliseconds } from "./measure.ts";

const deployment = {
  model: "meta-llama/Llama-3.3-70B-Instruct",
  gpu: "H100-SXM5-80GB",
  engineVersion: "0.19.0",
  gpusPerNode: 8,
  pools: [{ parallel: { tensor: 4, pipeline: 2 } }],
};

/** What fits, asked for again and again as a page's levers do: the plan alone, and a whole case of the command line with its rules. */
export function evaluationPart(): readonly Measurement[] {
  const catalog = benchCatalog();
  const value = { id: "bench", deployment };
  const read = readCase(value, { catalog });
  const settled = read.deployment && settle(read.deployment, catalog).settled;
  const [pool] = settled?.pools ?? [];
  if (!settled || !pool) throw new Error("the deployment of the benchmark does not settle");
  const line = JSON.stringify(value);
  const plan = (): number => wallMilliseconds(() => memoryPlan(settled.model, pool));
  const answer = (): number => wallMilliseconds(() => answerLine(line, { folder: ".", catalog }, inspectCase));
  return [
    { name: "one memory plan", value: medianOf(200, plan), unit: "ms", limit: 1 },
    { name: "one case of inspect, line to answer", value: medianOf(200, answer), unit: "ms", limit: 1 },
  ];
}
