import type { Report } from "../simulation/report/report.ts";
import { type Counted, type OwnSteps, PlayedEngine } from "./played-engine.ts";
import type { RunLog } from "./run-log.ts";
import { poolStays, type StayPlace, wholeStays } from "./stays.ts";
import type { TallyHistogram } from "./tally.ts";
import { TokenTimes } from "./token-times.ts";

/** What one engine shows at a moment. */
export interface EngineView extends Counted {
  /** 0 … 1. */
  readonly usage: number;
  readonly outputTokensPerSecond: number;
}

/** The instances of a run that one server of pools stands for, each an engine of it. */
export interface PlayedMember {
  readonly instances: readonly number[];
  readonly role: StayPlace["role"];
}

export interface ReplayOptions {
  readonly engines: number;
  readonly bounds: Readonly<Record<TallyHistogram, readonly number[]>>;
  readonly log?: RunLog | undefined;
  /** One server of pools that work together; all of the run where absent. */
  readonly member?: PlayedMember | undefined;
  readonly isSentToBoth?: boolean;
}

/**
 * Plays the records of a simulated run as the counters of a server, over and over: the run begins again when its last request is done,
 * and the counters go on. Time may be asked for in any order; going forward costs only what happened in between.
 */
export class Replay {
  /** Simulated seconds of one round. */
  readonly duration: number;
  private readonly engines: readonly PlayedEngine[];
  private readonly log: RunLog | undefined;
  private readonly member: PlayedMember | undefined;
  private round = 0;

  constructor(
    private readonly report: Report,
    options: ReplayOptions,
  ) {
    const { requests } = report;
    const last = requests.finished.filter(Number.isFinite).reduce((latest, at) => Math.max(latest, at), 0);
    // A breath between two rounds; also keeps an empty report from a round of no length.
    this.duration = Math.max(last, report.summary.durationSeconds, 0) + 1;
    this.log = options.log;
    this.member = options.log && options.member;
    this.engines = options.log && options.member ? this.ofMember(options.log, options.member, options) : this.ofRun(options);
  }

  /** What every engine shows `seconds` of simulated time after the server's start. */
  at(seconds: number): readonly EngineView[] {
    const round = Math.floor(Math.max(0, seconds) / this.duration);
    const within = Math.max(0, seconds) - round * this.duration;
    if (round !== this.round) for (const engine of this.engines) engine.rewind();
    this.round = round;
    const counted = this.engines.map((engine) => engine.view(within, round));
    return this.log && this.member ? this.ownLevels(counted, this.log, this.member, within) : this.sharedLevels(counted, within);
  }

  private ofRun({ engines, bounds, log }: ReplayOptions): readonly PlayedEngine[] {
    const { requests } = this.report;
    const times = new TokenTimes(requests, log);
    const all = wholeStays(this.report, log);
    const several = requests.instance.some((instance) => instance > 0);
    const owners = several ? requests.instance.map((instance) => instance % engines) : unevenly(requests.arrival.length, engines);
    return Array.from({ length: engines }, (_, engine) => {
      const mine = all.filter(({ request }) => owners[request] === engine);
      // Engines that were made of one share its steps.
      const share = several ? 1 : mine.length / Math.max(1, owners.length);
      const isMine = (row: number): boolean => !several || (log?.steps.instance[row] ?? 0) % engines === engine;
      return new PlayedEngine(mine, times, bounds, this.duration, log && { ...log.steps, share, isMine });
    });
  }

  private ofMember(
    log: RunLog,
    { instances, role }: PlayedMember,
    { bounds, isSentToBoth = false }: ReplayOptions,
  ): readonly PlayedEngine[] {
    const times = new TokenTimes(this.report.requests, log);
    return instances.map((instance) => {
      const own: OwnSteps = { ...log.steps, share: 1, isMine: (row) => log.steps.instance[row] === instance };
      return new PlayedEngine(poolStays(this.report, log, { instance, role, isSentToBoth }), times, bounds, this.duration, own);
    });
  }

  /** Caches and rates of all engines are known together. */
  private sharedLevels(counted: readonly Counted[], within: number): readonly EngineView[] {
    const running = counted.reduce((sum, one) => sum + one.running, 0);
    const usage = at(this.report, this.report.series.kvUsage, within);
    const rate = at(this.report, this.report.series.outputTokensPerSecond, within);
    return counted.map((one) => {
      const share = running > 0 ? one.running / running : 1 / counted.length;
      const isEmpty = one.running + one.waiting === 0;
      return {
        ...one,
        usage: isEmpty ? 0 : Math.min(1, Math.max(0, usage * share * counted.length)),
        outputTokensPerSecond: isEmpty ? 0 : Math.max(0, rate * share),
      };
    });
  }

  /** An instance's cache was written down with its steps. */
  private ownLevels(counted: readonly Counted[], log: RunLog, { instances, role }: PlayedMember, within: number): readonly EngineView[] {
    const rate = role === "decode" ? at(this.report, this.report.series.outputTokensPerSecond, within) : 0;
    const decoding = log.instances.filter((one) => one.role === "decode").length;
    return counted.map((one, index) => ({
      ...one,
      usage: usageOf(log, instances[index] ?? -1, within),
      outputTokensPerSecond: rate / Math.max(1, decoding),
    }));
  }
}

function usageOf({ levels, instances }: RunLog, instance: number, seconds: number): number {
  const capacity = instances[instance]?.capacityTokens ?? 0;
  let tokens = 0;
  for (const [row, time] of levels.time.entries()) {
    if (time > seconds) break;
    if (levels.instance[row] === instance) tokens = levels.tokens[row] ?? 0;
  }
  return capacity > 0 ? Math.min(1, tokens / capacity) : 0;
}

/** Requests by engine, the first taking the most: weights of 1, 2/3, 1/2, 2/5 …, each next request to whoever is most behind. */
function unevenly(requests: number, engines: number): Int32Array {
  const weights = Array.from({ length: engines }, (_, engine) => 1 / (1 + engine / 2));
  const due = weights.map(() => 0);
  const all = weights.reduce((a, b) => a + b, 0);
  return Int32Array.from({ length: requests }, () => {
    let chosen = 0;
    for (const [engine, weight] of weights.entries()) {
      due[engine] = (due[engine] ?? 0) + weight;
      if ((due[engine] ?? 0) > (due[chosen] ?? 0)) chosen = engine;
    }
    due[chosen] = (due[chosen] ?? 0) - all;
    return chosen;
  });
}

/** A series' value in the interval that a moment lies in. */
function at({ series }: Report, values: Float64Array, seconds: number): number {
  let low = 0;
  let high = series.t.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((series.t[middle] ?? 0) < seconds) low = middle + 1;
    else high = middle;
  }
  const value = values[low] ?? 0;
  return Number.isFinite(value) ? value : 0;
}
