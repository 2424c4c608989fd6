import { gpusOf, gpusPerInstance, type Layout, type Settled, type SettledPool } from "../deployment/settled.ts";
import { type DistServe, distServePool } from "../deployment/systems/distserve.ts";
import { memoryPlan } from "../memory/memory-plan.ts";
import type { PhaseLayout } from "../simulation/systems/distserve/placement-search.ts";
import type { Load } from "../simulation/workload/load.ts";
import type { RequestRow } from "../simulation/workload/workload.ts";
import { stepModel } from "../timing/step.ts";
import { emptyBatch } from "../timing/step-model.ts";
import type { Candidate } from "./goodputs.ts";

/** Of servers of data-centre GPUs. */
const boardGpus = 8;
/** A run must last longer than its answers, or all of it is a burst; so many requests are enough for any. */
const leastSeconds = 15;
const mostRequests = 3000;
/** Prefill instances before a decode instance that is looked at by itself are so many times as many as their work takes. */
const spare = 2;

/** What DistServe's search asks of one deployment's GPUs and load: a layout's prompts, its answers, or both together, each as a run. */
export class DistServePhases {
  readonly gpusPerNode: number;
  readonly nodes: number;
  private readonly rows: readonly RequestRow[];
  private readonly promptTokens: number;

  constructor(
    private readonly settled: Settled,
    private readonly pool: SettledPool,
    private readonly system: DistServe,
    { promptTokens, outputTokens }: Pick<Load, "promptTokens" | "outputTokens">,
    private readonly seed: number,
  ) {
    const gpus = settled.pools.reduce((sum, one) => sum + gpusOf(one), 0);
    // Pods of one GPU each tell nothing of the board that these stand on.
    this.gpusPerNode = Math.min(gpus, Math.max(pool.gpusPerNode, Math.min(boardGpus, pool.gpu.scaleUpGpus)));
    this.nodes = Math.ceil(gpus / this.gpusPerNode);
    this.rows = Array.from(promptTokens, (prompt, r) => ({
      arrivalSeconds: 0,
      promptTokens: prompt,
      outputTokens: outputTokens[r] as number,
    }));
    this.promptTokens = Math.round(promptTokens.reduce((sum, tokens) => sum + tokens, 0) / Math.max(1, promptTokens.length));
  }

  fits(layout: PhaseLayout): boolean {
    const { model } = this.settled;
    if (model.heads % layout.tensor !== 0 || layout.pipeline > model.layers) return false;
    return memoryPlan(model, this.instance(layout, "decode")).fits;
  }

  /** Layouts within the GPUs that the model fits, the smallest first. */
  layouts(): readonly PhaseLayout[] {
    const found: PhaseLayout[] = [];
    for (let tensor = 1; tensor <= this.gpusPerNode; tensor++)
      for (let pipeline = 1; tensor * pipeline <= this.nodes * this.gpusPerNode; pipeline++)
        if (this.fits({ tensor, pipeline })) found.push({ tensor, pipeline });
    return found;
  }

  /** Prompts by themselves, against the limit of the first token. */
  prompts(layout: PhaseLayout): Candidate {
    const { system: _, localPrompts: __, ...plain } = this.settled;
    const settled = {
      ...plain,
      pools: [this.instance(layout, "mixed")],
      slo: plain.slo && { ...plain.slo, tpotSeconds: null, e2eSeconds: null },
    };
    const rows = this.rows.map((row) => ({ ...row, outputTokens: 1 }));
    return { firstRate: gpusOfLayout(layout), run: (rate) => this.run(settled, rows, rate) };
  }

  /** Answers by themselves, against the limit of the other tokens: as many instances of `source` compute their prompts as it takes. */
  answers(layout: PhaseLayout, source: PhaseLayout): Candidate {
    const prefill = this.instance(source, "prefill");
    const decode = this.instance(layout, "decode");
    const busy = spare * this.promptSeconds(prefill);
    const slo = this.settled.slo && { ...this.settled.slo, ttftSeconds: null, e2eSeconds: null };
    const at = (rate: number): Settled => this.apart([{ ...prefill, instances: 1 + Math.ceil(busy * rate) }, decode], slo);
    return { firstRate: gpusOfLayout(layout), run: (rate) => this.run(at(rate), this.rows, rate) };
  }

  /** A prefill and a decode instance together, against both limits. */
  pair(prefill: PhaseLayout, decode: PhaseLayout): Candidate {
    const settled = this.apart([this.instance(prefill, "prefill"), this.instance(decode, "decode")], this.settled.slo);
    return { firstRate: gpusOfLayout(prefill), run: (rate) => this.run(settled, this.rows, rate) };
  }

  private run(settled: Settled, requests: readonly RequestRow[], ratePerSecond: number): ReturnType<Candidate["run"]> {
    const count = Math.max(requests.length, Math.min(mostRequests, Math.ceil(leastSeconds * ratePerSecond)));
    const rows = Array.from({ length: count }, (_, i) => requests[i % requests.length] as RequestRow);
    return { settled, seed: this.seed, workload: { kind: "requests", requests: rows, ratePerSecond } };
  }

  private apart(pools: readonly SettledPool[], slo: Settled["slo"]): Settled {
    const { localPrompts: _, ...plain } = this.settled;
    return { ...plain, system: this.system, pools, slo };
  }

  /** One instance of these sizes; experts are spread as far as it reaches. */
  private instance({ tensor, pipeline }: PhaseLayout, role: SettledPool["role"]): SettledPool {
    const { pool } = this;
    const { stageLayers: _, shared: __, ...written } = pool.layout;
    const one = { data: 1, attentionData: 1, sequence: 1, prefillContext: 1, decodeContext: 1, expert: Math.min(written.expert, tensor) };
    const layout: Layout = { ...written, ...one, tensor, pipeline };
    const { gpusPerNode } = this;
    const nodes = Math.max(1, Math.ceil(gpusPerInstance(layout) / gpusPerNode));
    return distServePool({ ...pool, role, instances: 1, layout, gpusPerNode, nodes, shiftThreshold: null }, this.system);
  }

  private promptSeconds(pool: SettledPool): number {
    const tokens = this.promptTokens;
    const batch = { ...emptyBatch(), tokens, prefillTokens: tokens, prefillChunks: 1, prefillPairs: (tokens * tokens) / 2 };
    return stepModel(this.settled.model, pool).stepSeconds(batch);
  }
}

function gpusOfLayout({ tensor, pipeline }: PhaseLayout): number {
  return tensor * pipeline;
}
