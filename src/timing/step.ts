import type { Model } from "../catalog/facts.ts";
import type { BatchOverlap, SettledPool } from "../deployment/settled.ts";
import { type Stage, stagesOf } from "../memory/stages.ts";
import { Anatomy, weakest } from "./anatomy.ts";
import { timingBand } from "./band.ts";
import { bandWidths } from "./band-widths.ts";
import { calibrated } from "./calibrated.ts";
import { sendSeconds } from "./collectives/collectives.ts";
import { exchangeMultiprocessors } from "./constants.ts";
import { draftedSteps } from "./drafted-steps.ts";
import { draftingModel } from "./drafter.ts";
import { type Delivery, type EngineCosts, engineCosts } from "./engine-costs.ts";
import { type FrontEndCosts, frontEndCosts } from "./front-end-costs.ts";
import { type ModeCosts, modeCosts } from "./mode-costs.ts";
import { attentionCost, contextRead, contextTokenSeconds, promptPairs, promptReread, windowOf } from "./operators/attention.ts";
import type { OperatorShare } from "./operators/operator.ts";
import { gpuRates } from "./operators/rates.ts";
import { type Basis, type Batch, headRows, type Operator, type StepBreakdown, type StepMode, type StepModel } from "./step-model.ts";
import { Work } from "./work.ts";

const operators: readonly Operator[] = ["matrix", "prefill-attention", "decode-attention", "collectives", "host"];

/** Seconds of the steps of a pool: predicted, and corrected by what a run of it measured where that still holds. */
export function stepModel(model: Model, pool: SettledPool, delivery: Delivery = "streamed"): StepModel {
  return calibrated(predictedSteps(model, pool, delivery), pool);
}

/**
 * Seconds of one engine step from measured rates of its parts: matrix multiplications and collectives tabulated by tokens, attention
 * linear in the batch's sums, the host's share on top. Tabulated in a few milliseconds at the first step, read in O(1) without allocation.
 */
export function predictedSteps(model: Model, pool: SettledPool, delivery: Delivery = "streamed"): StepModel {
  const target = new TabulatedModel(model, pool, delivery);
  const drafting = draftingModel(model, pool);
  if (!drafting || !pool.speculation) return target;
  const { passes, width } = pool.speculation;
  const between = engineCosts(pool, delivery).draftPass;
  return draftedSteps(target, new TabulatedModel(drafting.model, drafting.pool, delivery), { passes, width, between });
}

class TabulatedModel implements StepModel {
  readonly stages: number;
  readonly requestSeconds: number;
  readonly promptTokenSeconds: number;
  readonly frontEnd: FrontEndCosts | null;
  readonly peakFlops: number;
  readonly peakBytesPerSecond: number;
  readonly basis: Basis;
  readonly band: number;
  readonly firstTokenBand: number;
  // Tabulated when the first step runs so: what no step needs is never priced.
  private tensor: ModeCosts | undefined;
  private sequence: ModeCosts | undefined;
  private readonly tabulate: (mode: StepMode) => ModeCosts;
  private readonly threshold: number;
  private readonly stageShapes: readonly Stage[];
  private readonly work: Work;
  private readonly transferPerToken: number;
  private readonly transferFloor: number;
  private readonly handedBytes: number;
  private readonly engine: EngineCosts;
  private readonly window: number;
  private readonly statePerSequence: number;
  private readonly eager: boolean;
  private readonly cut: BatchOverlap | undefined;
  /** What work behind which an exchange hides takes longer: kernels for throughput keep multiprocessors busy. */
  private readonly slowed: number;
  /** Of the stage priced last; filled in place so that pricing allocates nothing. */
  private readonly parts: Record<Operator, number> = { matrix: 0, "prefill-attention": 0, "decode-attention": 0, collectives: 0, host: 0 };

  constructor(model: Model, pool: SettledPool, delivery: Delivery) {
    const { layout, gpu, settings } = pool;
    const rates = gpuRates(pool, delivery);
    const ranks = layout.tensor * layout.sequence;
    this.tabulate = (mode) =>
      modeCosts(
        model,
        pool,
        rates,
        mode === "tensor" ? { tensor: ranks, sequence: 1 } : { tensor: layout.tensor, sequence: layout.sequence },
      );
    // Without Shift every step of a sequence-parallel engine runs as such.
    this.threshold = layout.sequence > 1 ? (pool.shiftThreshold ?? 0) : Number.POSITIVE_INFINITY;
    this.stageShapes = stagesOf(model, layout);
    this.stages = this.stageShapes.length;
    const attention = attentionCost(model, pool, rates, ranks);
    this.work = new Work(model, pool, attention);
    this.basis = weakest([rates.linear.basis, attention.basis, ...(model.moe ? [rates.experts.basis] : [])]);
    const perStage = ranks * layout.attentionData * layout.prefillContext;
    const acrossNodes = perStage * layout.pipeline > pool.gpusPerNode;
    const handed = 2 * model.hidden * pool.activationBytes;
    this.handedBytes = handed / ranks;
    this.transferFloor = this.stages > 1 ? sendSeconds(pool, 0, acrossNodes) : 0;
    // Every tensor rank sends its share, gathered again on the other side.
    this.transferPerToken = this.stages > 1 ? (sendSeconds(pool, handed, acrossNodes) - this.transferFloor) / ranks : 0;
    this.engine = rates.engine;
    this.requestSeconds = rates.engine.request;
    this.promptTokenSeconds = rates.engine.promptToken;
    this.frontEnd = delivery === "streamed" ? frontEndCosts(pool) : null;
    this.window = windowOf(model);
    const state = model.recurrent?.stateBytesPerSequence ?? 0;
    this.statePerSequence = (2 * state) / ranks / rates.bytesPerSecond / model.layers;
    this.eager = settings.enforceEager;
    this.cut = settings.batchOverlap;
    const sending = settings.expertExchange === "deepep-latency" ? 0 : exchangeMultiprocessors;
    this.slowed = rates.family.tilesAtOnce / Math.max(1, rates.family.tilesAtOnce - sending);
    this.peakFlops = rates.experts.flops * perStage * layout.pipeline;
    this.peakBytesPerSecond = gpu.memoryBytesPerSecond * perStage * layout.pipeline;
    this.band = timingBand(model, pool, rates.measured);
    this.firstTokenBand = Math.max(this.band, bandWidths[pool.budget.engine].firstToken);
  }

  mode(tokens: number): StepMode {
    return tokens > this.threshold ? "sequence" : "tensor";
  }

  stageSeconds(batch: Batch, stage: number): number {
    this.price(batch, stage);
    return this.deviceSeconds + this.parts.host;
  }

  hostSeconds(batch: Batch, stage: number): number {
    this.price(batch, stage);
    return this.parts.host;
  }

  transferSeconds(batch: Batch): number {
    return this.stages > 1 ? this.transferFloor + this.transferPerToken * batch.tokens : 0;
  }

  stepSeconds(batch: Batch): number {
    let seconds = (this.stages - 1) * this.transferSeconds(batch);
    for (let stage = 0; stage < this.stages; stage++) seconds += this.stageSeconds(batch, stage);
    return seconds;
  }

  breakdown(batch: Batch): StepBreakdown {
    const seconds: Record<Operator, number> = {
      matrix: 0,
      "prefill-attention": 0,
      "decode-attention": 0,
      collectives: (this.stages - 1) * this.transferSeconds(batch),
      host: 0,
    };
    for (let stage = 0; stage < this.stages; stage++) {
      this.price(batch, stage);
      for (const operator of operators) seconds[operator] += this.parts[operator];
    }
    return { seconds, total: this.stepSeconds(batch) };
  }

  anatomy(batch: Batch): readonly OperatorShare[] {
    const anatomy = new Anatomy();
    if (batch.tokens <= 0) return anatomy.shares;
    const costs = this.costsOf(batch.tokens);
    for (const [index, stage] of this.stageShapes.entries()) {
      this.price(batch, index);
      anatomy.addStage(batch, { stage, costs, seconds: this.parts, window: this.window });
    }
    const handed = (this.stages - 1) * batch.tokens * this.handedBytes;
    const seconds = (this.stages - 1) * this.transferSeconds(batch);
    anatomy.add({ operator: "stage-transfer", seconds, flops: 0, bytes: handed, basis: "analytical" });
    return anatomy.shares;
  }

  flops(batch: Batch): number {
    return this.work.flops(batch);
  }

  bytes(batch: Batch): number {
    return this.work.bytes(batch);
  }

  private price(batch: Batch, index: number): void {
    const stage = this.stageShapes[index];
    const { parts } = this;
    // By name: going through a list of the names would cost more than all the sums below.
    parts.matrix = 0;
    parts["prefill-attention"] = 0;
    parts["decode-attention"] = 0;
    parts.collectives = 0;
    parts.host = 0;
    if (!stage || batch.tokens <= 0) return;
    const { tokens } = batch;
    const costs = this.costsOf(tokens);
    const denseLayers = stage.layers - stage.expertLayers;
    parts.matrix = denseLayers * costs.denseCompute.at(tokens);
    parts.collectives = denseLayers * costs.denseExchange.at(tokens);
    if (stage.expertLayers > 0) {
      parts.matrix += stage.expertLayers * costs.expertCompute.at(tokens);
      parts.collectives += stage.expertLayers * costs.expertExchange.at(tokens);
      if (batch.meanTokens > 0) this.meetOthers(batch, stage, costs);
    }
    if (stage.first) parts.matrix += costs.embedding.at(tokens);
    if (stage.last) {
      parts.matrix += costs.head.at(headRows(batch));
      parts.collectives += costs.gather.at(tokens);
    }
    this.attend(batch, stage, costs);
    if (this.isCut(batch)) this.hideExchange(batch, stage, costs);
    this.hostWork(batch, stage, costs, index);
  }

  /** Experts work for all attention replicas: what this one has beyond its share, or short of it, the others make up. */
  private meetOthers({ tokens, meanTokens }: Batch, { expertLayers }: Stage, { together }: ModeCosts): void {
    if (!together) return;
    const mean = Math.ceil(meanTokens);
    this.parts.matrix += expertLayers * (together.compute.at(mean) - together.compute.at(tokens));
    this.parts.collectives += expertLayers * (together.exchange.at(mean) - together.exchange.at(tokens));
  }

  private isCut({ tokens, prefillTokens }: Batch): boolean {
    return this.cut !== undefined && tokens >= (prefillTokens > 0 ? this.cut.prefillTokens : this.cut.decodeTokens);
  }

  /** The experts' exchange of one half of the batch runs beside the work of the other: what is longer in a layer is seen, and the first exchange. */
  private hideExchange({ tokens, meanTokens }: Batch, { layers, expertLayers }: Stage, { together, expertCompute }: ModeCosts): void {
    if (!together || expertLayers === 0) return;
    const { parts } = this;
    const mean = meanTokens > 0 ? Math.ceil(meanTokens) : tokens;
    const half = Math.ceil(mean / 2);
    const work = 2 * this.slowed * expertCompute.at(Math.ceil(tokens / 2));
    const attention = (parts["prefill-attention"] + parts["decode-attention"]) / layers;
    const exchange = 2 * together.exchange.at(half);
    parts.matrix += expertLayers * (work - expertCompute.at(tokens));
    parts.collectives += expertLayers * (Math.max(0, exchange - work - attention) - together.exchange.at(mean)) + exchange / 2;
  }

  /** Of the stage priced last, without the host's share. */
  private get deviceSeconds(): number {
    const { parts } = this;
    return parts.matrix + parts["prefill-attention"] + parts["decode-attention"] + parts.collectives;
  }

  private costsOf(tokens: number): ModeCosts {
    if (tokens > this.threshold) {
      this.sequence ??= this.tabulate("sequence");
      return this.sequence;
    }
    this.tensor ??= this.tabulate("tensor");
    return this.tensor;
  }

  private attend(batch: Batch, stage: Stage, { attention, context }: ModeCosts): void {
    const layers = stage.full + stage.sliding;
    if (batch.prefillChunks > 0) {
      this.parts["prefill-attention"] =
        layers * attention.prefillFloor +
        attention.perPair * promptPairs(batch, stage, this.window) +
        attention.perPromptToken * layers * batch.prefillTokens +
        attention.perRereadToken * promptReread(batch, stage, this.window);
    }
    if (batch.decodeSequences > 0) {
      // One kernel serves a mixed batch, so its floor is paid once.
      const shared = batch.prefillChunks > 0 ? attention.decode.floor(1) : 0;
      const floor = layers * (attention.decode.floor(batch.decodeSequences) - shared);
      this.parts["decode-attention"] =
        floor +
        contextTokenSeconds(attention, batch) * contextRead(batch, stage, this.window) +
        this.statePerSequence * stage.layers * batch.decodeSequences;
      if (context) this.parts.collectives += layers * context.at(batch.decodeSequences + batch.draftTokens);
    }
  }

  /** Scheduling, and launching kernels one by one where no captured graph holds them: the GPU waits for what it cannot hide. */
  private hostWork(batch: Batch, stage: Stage, costs: ModeCosts, index: number): void {
    const sequences = batch.decodeSequences + batch.prefillChunks;
    if (index === 0) this.parts.host = this.engine.step + this.engine.sequence * sequences;
    const isCaptured = batch.tokens <= costs.captured;
    if (isCaptured && batch.prefillChunks === 0) return;
    const { eagerLayer, piecewiseLayer } = this.engine;
    const perLayer = this.eager ? eagerLayer : isCaptured ? piecewiseLayer : (eagerLayer + piecewiseLayer) / 2;
    const launch = stage.layers * perLayer;
    this.parts.host += Math.max(0, launch - this.deviceSeconds);
  }
}
