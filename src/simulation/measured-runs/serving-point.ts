import type { Gpu, Model, WeightFormat } from "../../catalog/facts.ts";
import type { MeasuredRun } from "../../catalog/measured-runs.ts";
import { isSized } from "../../catalog/weight-format.ts";
import { namedWeights } from "../../deployment/settle-formats.ts";
import type { JudgedEngine, Settled } from "../../deployment/settled.ts";
import { parseVersion, type Version } from "../../deployment/version.ts";
import type { Report } from "../report/report.ts";

/** Sizes of the engines of one role, and how many there are. */
export interface PointPool {
  readonly role: "mixed" | "prefill" | "decode";
  readonly engines: number;
  readonly tensor: number;
  readonly pipeline: number;
  readonly attentionData: number;
  readonly sequence: number;
  /** null = not published. */
  readonly expert: number | null;
}

/** What decides how fast requests are served: a deployment under a load, or a run that somebody measured. */
export interface ServingPoint {
  readonly engine: JudgedEngine;
  readonly version: Version | null;
  readonly model: Model;
  /** null where the bytes of the format are not known. */
  readonly weights: WeightFormat | null;
  readonly gpu: Gpu;
  readonly pools: readonly PointPool[];
  /** Means; null = not published. */
  readonly promptTokens: number | null;
  readonly outputTokens: number;
  /** Requests in the whole deployment at once on average; null where all are queued at the start, or nobody says. */
  readonly concurrency: number | null;
  readonly offline: boolean;
}

/** Lengths drawn evenly between this share of the nominal one and the whole (InferenceX, benchmark_lib.sh). */
export const shortestShare = 0.8;
const meanShare = (1 + shortestShare) / 2;

/** Requests at once are requests per second × seconds each (Little). */
export function reportPoint(settled: Settled, { workload, summary }: Pick<Report, "workload" | "summary">): ServingPoint | undefined {
  const [pool] = settled.pools;
  if (!pool) return undefined;
  return {
    engine: settled.engine,
    version: pool.version,
    model: settled.model,
    weights: pool.weights,
    gpu: pool.gpu,
    pools: settled.pools.map(({ role, instances, layout }) => ({
      role,
      engines: instances * layout.data,
      tensor: layout.tensor,
      pipeline: layout.pipeline,
      attentionData: layout.attentionData,
      sequence: layout.sequence,
      expert: layout.expert,
    })),
    promptTokens: workload.promptMean,
    outputTokens: workload.outputMean,
    concurrency: summary.requestsPerSecond * summary.e2eSeconds.mean,
    offline: false,
  };
}

export function runPoint({
  setup,
  promptTokens,
  outputTokens,
  concurrency,
  ratePerSecond,
  ttftSeconds,
  tpotSeconds,
}: MeasuredRun): ServingPoint {
  const { model, quantization, version, load } = setup;
  const share = load === "closed-loop" ? meanShare : 1;
  const weights = quantization === null ? model.weights : (namedWeights(quantization) ?? null);
  const seconds = ttftSeconds === null || tpotSeconds === null ? null : ttftSeconds + (outputTokens - 1) * tpotSeconds;
  return {
    engine: setup.engine,
    version: version === null ? null : (parseVersion(version) ?? null),
    model,
    weights: weights !== null && isSized(weights) ? weights : null,
    gpu: setup.gpu,
    pools: setup.pools.map(({ instances, ...sizes }) => ({ ...sizes, engines: instances, sequence: 1 })),
    promptTokens: promptTokens === null ? null : promptTokens * share,
    outputTokens: outputTokens * share,
    concurrency: concurrency ?? (ratePerSecond === null || seconds === null ? null : ratePerSecond * seconds),
    offline: load === "offline",
  };
}
