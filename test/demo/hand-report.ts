import type { Report } from "../../src/simulation/report/report.ts";
import { plainShape } from "../memory/plain-shape.ts";

export interface HandRequest {
  readonly arrival: number;
  readonly started: number;
  readonly answered: number;
  readonly finished: number;
  readonly prompt: number;
  readonly output: number;
  readonly cached?: number;
  readonly instance?: number;
}

const quantiles = (value: number) => ({ mean: value, p50: value, p90: value, p95: value, p99: value });

/** A report written by hand: `requests` as given, a second per interval, the cache filled by half while anything is inside. */
export function handReport(requests: readonly HandRequest[], gapSeconds = quantiles(0.1)): Report {
  const end = Math.ceil(Math.max(0, ...requests.map(({ finished }) => finished)));
  const column = (pick: (request: HandRequest) => number) => Float64Array.from(requests, pick);
  const whole = (pick: (request: HandRequest) => number) => Int32Array.from(requests, pick);
  const seconds = Array.from({ length: end }, (_, i) => i + 1);
  const inside = (from: (request: HandRequest) => number, to: (request: HandRequest) => number) =>
    Float64Array.from(seconds, (t) => requests.filter((request) => from(request) < t - 0.5 && to(request) > t - 0.5).length);
  const zeros = new Float64Array(end);
  const running = inside(
    (request) => request.started,
    (request) => request.finished,
  );
  return {
    id: "hand",
    name: "hand-made",
    summary: {
      requests: requests.length,
      durationSeconds: end,
      ttftSeconds: quantiles(0.5),
      tpotSeconds: quantiles(0.1),
      itlSeconds: gapSeconds,
      e2eSeconds: quantiles(2),
      queueSeconds: quantiles(0),
      requestsPerSecond: requests.length / Math.max(1, end),
      outputTokensPerSecond: 10,
      totalTokensPerSecond: 20,
      outputTokensPerSecondPerGpu: 10,
      sloAttainment: null,
      goodputRequestsPerSecond: null,
      kvCache: { capacityTokens: 1600, peakUsage: 0.5, prefixHitRate: 0.25 },
      preemptions: 0,
      mfu: 0,
      mbu: 0,
      shift: { tensorSteps: 0, sequenceSteps: 0 },
    },
    slo: null,
    workload: {
      name: "hand",
      requests: requests.length,
      promptMean: 10,
      promptP95: 10,
      outputMean: 10,
      outputP95: 10,
      ratePerSecond: 1,
      burstiness: 1,
      repeatedPrefix: 0,
      source: "test",
    },
    requests: {
      arrival: column((request) => request.arrival),
      firstScheduled: column((request) => request.started),
      decodeQueue: column(() => Number.NaN),
      firstToken: column((request) => request.answered),
      finished: column((request) => request.finished),
      promptTokens: whole((request) => request.prompt),
      outputTokens: whole((request) => request.output),
      cachedTokens: whole((request) => request.cached ?? 0),
      preemptions: whole(() => 0),
      instance: whole((request) => request.instance ?? 0),
    },
    series: {
      t: Float64Array.from(seconds),
      arrivalsPerSecond: zeros,
      running,
      waiting: inside(
        (request) => request.arrival,
        (request) => request.started,
      ),
      kvUsage: running.map((count) => (count > 0 ? 0.5 : 0)),
      promptTokensPerSecond: zeros,
      outputTokensPerSecond: zeros,
      sequenceShare: zeros,
      busyShare: zeros,
      preemptionsPerSecond: zeros,
    },
    anatomy: [],
    modes: [],
    bottleneck: { resource: "arrivals", sentence: "", from: null, to: null },
    causes: [],
    saturated: null,
    stoppedAtSeconds: null,
    memory: {
      ranks: [
        {
          label: "rank 0",
          ranks: 1,
          stage: 0,
          totalBytes: 100,
          budgetBytes: 92,
          weightsBytes: 10,
          shiftWeightsBytes: 0,
          activationBytes: 0,
          nonTorchBytes: 0,
          cudaGraphBytes: 0,
          cudaGraphInBudget: false,
          reservedBytes: 0,
          stateBytes: 0,
          kvCacheSpread: 0,
          kvCacheBytes: 82,
          kvBytesPerToken: 1,
          steps: [],
        },
      ],
      tightest: 0,
      fits: true,
      refusal: null,
      kvCacheTokens: 1600,
      kvCacheBlocks: 101,
      kvShape: plainShape(16, 1),
      blockTokens: 16,
      kvBytesPerToken: 1,
      maxConcurrency: 2,
      longestModelLen: 800,
      confidence: "engine-law",
    },
    layout: "TP 1",
    gpus: 1,
    gpuName: "H100-SXM5-80GB",
    engine: "vLLM 0.19.0",
    scheduler: "vLLM 0.19",
    assumed: [],
    confidence: { timing: "analytical", timingBand: 0.3, firstTokenBand: 0.3, memory: "engine-law" },
    warnings: [],
    seed: 1,
  };
}

/** `count` requests, one every `gap` seconds, each 0.5 s queued, 0.5 s to its first token, then 0.1 s a token. */
export function steadyRequests(count: number, gap = 1, output = 11): readonly HandRequest[] {
  return Array.from({ length: count }, (_, i) => ({
    arrival: i * gap,
    started: i * gap + 0.5,
    answered: i * gap + 1,
    finished: i * gap + 1 + 0.1 * (output - 1),
    prompt: 100,
    output,
    cached: 20,
  }));
}
