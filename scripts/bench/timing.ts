import type { Catalog } from "../../src/catalog/catalog.ts";
import { readCase } from "../../src/deployment/case.ts";
import { settle } from "../../src/deployment/settle.ts";
import type { Settled } from "../../src/deployment/settled.ts";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import { estimate } from "../../src/timing/closed-form.ts";
import { stepModel } from "../../src/timing/step.ts";
import { emptyBatch } from "../../src/timing/step-model.ts";
import { benchCatalog, cpuMilliseconds, type Measurement, medianOf } from "./measure.ts";

type Deployment = Readonly<Record<string, unknown>>;

const named: readonly (readonly [string, Deployment])[] = [
  ["Llama-3.3-70B, TP 8", { model: "meta-llama/Llama-3.3-70B-Instruct", gpu: "H100-SXM5-80GB", pools: [{ parallel: { tensor: 8 } }] }],
  ["DeepSeek-R1, TP 8", { model: "deepseek-ai/DeepSeek-R1", gpu: "H200-SXM", pools: [{ parallel: { tensor: 8 } }] }],
  ["DeepSeek-R1, EP 8", { model: "deepseek-ai/DeepSeek-R1", gpu: "H200-SXM", pools: [{ parallel: { attentionData: 8, expert: 8 } }] }],
  ["gpt-oss-120b, TP 2", { model: "openai/gpt-oss-120b", gpu: "H100-SXM5-80GB", pools: [{ parallel: { tensor: 2 } }] }],
];

const lengths = { promptTokens: 1000, outputTokens: 500 };

function settledOf(deployment: Deployment, catalog: Catalog): Settled | undefined {
  const read = readCase({ id: "bench", deployment }, { catalog });
  return read.deployment && settle(read.deployment, catalog).settled;
}

/** A step model with all its tables: of a decode step, of a chunk of a prompt. */
function tabulate({ model, pools }: Settled): void {
  for (const pool of pools) {
    const step = stepModel(model, pool);
    step.stepSeconds({ ...emptyBatch(), tokens: 32, decodeSequences: 32, decodeContext: 32_000 });
    step.stepSeconds({ ...emptyBatch(), tokens: 2048, prefillTokens: 2048, prefillChunks: 1, prefillPairs: 2048 ** 2 / 2 });
  }
}

/** Tables of one step model, in a process that built none of its shapes and in one that did. */
export function tablesPart(): readonly Measurement[] {
  const catalog = benchCatalog();
  return named.flatMap(([name, deployment]) => {
    const settled = settledOf(deployment, catalog);
    if (!settled) throw new Error(`${name} does not settle`);
    const tables = (): number => cpuMilliseconds(() => tabulate(settled));
    const plans = settled.pools.map((pool) => memoryPlan(settled.model, pool));
    const cold = tables();
    const closed = (): number => cpuMilliseconds(() => estimate(settled, plans, lengths));
    return [
      { name: `step tables, first: ${name}`, value: cold, unit: "CPU ms", limit: 30 },
      { name: `step tables, again: ${name}`, value: medianOf(50, tables), unit: "CPU ms", limit: 30 },
      { name: `closed form, after the tables: ${name}`, value: medianOf(50, closed), unit: "CPU ms", limit: 1 },
    ];
  });
}

const models = [
  "meta-llama/Llama-3.1-8B-Instruct",
  "meta-llama/Llama-3.3-70B-Instruct",
  "Qwen/Qwen3-32B",
  "Qwen/Qwen3-30B-A3B",
  "openai/gpt-oss-120b",
];
const gpus = ["A100-SXM4-80GB", "H100-SXM5-80GB", "H200-SXM", "B200-SXM", "L40S"];
const layouts = [1, 2, 4, 8].flatMap((tensor) => [1, 2].map((pipeline) => ({ tensor, pipeline })));

/** 200 configurations, each from its case to what one request sees and what it holds; those that do not fit to their memory. */
export function choosingPart(): readonly Measurement[] {
  const catalog = benchCatalog();
  const all = models.flatMap((model) => gpus.flatMap((gpu) => layouts.map((parallel) => ({ model, gpu, pools: [{ parallel }] }))));
  const whole = cpuMilliseconds(() => {
    for (const deployment of all) {
      const settled = settledOf(deployment, catalog);
      if (!settled) throw new Error(`${deployment.model} does not settle`);
      const plans = settled.pools.map((pool) => memoryPlan(settled.model, pool));
      if (plans.every(({ fits }) => fits)) estimate(settled, plans, lengths);
    }
  });
  return [{ name: `${all.length} configurations, from case to closed form`, value: whole / 1000, unit: "CPU s", limit: 2 }];
}
