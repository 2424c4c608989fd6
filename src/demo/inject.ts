import type { Settled, SettledPool } from "../deployment/settled.ts";
import { memoryPlan } from "../memory/memory-plan.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import { poolModels } from "../simulation/pool-models.ts";
import type { Outcome, Report, RunControl } from "../simulation/report/report.ts";
import { running } from "../simulation/report/served.ts";
import { simulateWith } from "../simulation/simulate-with.ts";
import type { RequestRow, Workload } from "../simulation/workload/workload.ts";
import { factoredSteps, type StepFactors } from "../timing/factored-steps.ts";
import type { StepModel } from "../timing/step-model.ts";

/** Ways in which what runs, or its load, differs from what a file says. The metrics stay honest. */
export const injections = [
  "half-kv",
  "smaller-batch",
  "smaller-chunks",
  "slow-link",
  "slow-steps",
  "slow-decodes",
  "slow-prompts",
  "slow-host",
  "slow-front",
  "held-blocks",
  "double-rate",
  "half-rate",
  "bursts",
  "longer-prompts",
  "longer-answers",
  "more-prefill",
  "no-shared-prefix",
] as const;
export type Injection = (typeof injections)[number];

/** All that a run is simulated from. */
export interface Played {
  readonly settled: Settled;
  readonly workload: Extract<Workload, { kind: "requests" }>;
  /** On what each step takes. */
  readonly steps: StepFactors;
  /** Seconds that a request takes to its engine beyond what is predicted: at a front end, in a proxy. */
  readonly frontSeconds: number;
  /** Share of each cache that nobody frees. */
  readonly heldShare: number;
}

/** `half-kv,double-rate`. Throws with the list of names for anything else. */
export function parseInjections(text: string): readonly Injection[] {
  return text.split(",").map((word) => {
    const known = injections.find((name) => name === word.trim());
    if (!known) throw new Error(`No such difference: ${word.slice(0, 40)}. There are ${injections.join(", ")}`);
    return known;
  });
}

/** A deployment as its file has it, under a workload. */
export function asWritten(settled: Settled, workload: Played["workload"]): Played {
  return { settled, workload, steps: { device: 1, host: 1, prompts: 1 }, frontSeconds: 0, heldShare: 0 };
}

/** Simulates it. */
export function simulated(played: Played, seed: number, control: RunControl = {}): Outcome {
  const { workload, steps, frontSeconds, heldShare } = played;
  const { settled } = heldShare > 0 ? withCaches(played, 1 - heldShare) : played;
  const run = running(settled, plansOf(settled));
  if (run.error) return run;
  const models = poolModels(run.settled, workload).map((model): StepModel => {
    const factored = factoredSteps(model, steps);
    return { ...factored, requestSeconds: factored.requestSeconds + frontSeconds };
  });
  const outcome = simulateWith(run.settled, run.plans, models, workload, seed, control);
  return outcome.report && heldShare > 0 ? { report: withHeld(outcome.report, played) } : outcome;
}

/** The server knows its whole cache, and counts what is held as in use. */
function withHeld(report: Report, { settled, heldShare }: Played): Report {
  const memory = plansOf(settled)[settled.pools.findIndex(({ role }) => role !== "prefill")] ?? report.memory;
  const kvUsage = report.series.kvUsage.map((usage) => heldShare + (1 - heldShare) * usage);
  return { ...report, memory, series: { ...report.series, kvUsage } };
}

function plansOf({ model, pools }: Settled): readonly MemoryPlan[] {
  return pools.map((pool) => memoryPlan(model, pool));
}

/** The same with one thing changed, by an amount that shows. */
export function injected(played: Played, injection: Injection): Played {
  switch (injection) {
    case "half-kv":
      return withCaches(played, 1 / 2);
    case "smaller-batch":
      return withPools(played, (pool, plan) => {
        // Of what really runs at once: a limit that nobody reaches changes nothing.
        const most = Math.min(pool.settings.maxNumSeqs, Math.max(1, Math.floor(plan.maxConcurrency)));
        return { ...pool, settings: { ...pool.settings, maxNumSeqs: Math.max(1, Math.floor(most / 4)) } };
      });
    case "smaller-chunks":
      return withPools(played, (pool) => {
        const { settings } = pool;
        return { ...pool, settings: { ...settings, maxNumBatchedTokens: Math.max(64, Math.floor(settings.maxNumBatchedTokens / 8)) } };
      });
    case "slow-link":
      return withPools(played, slowLinks);
    case "slow-steps":
      return withSteps(played, { device: 1.6, host: 1 });
    case "slow-decodes":
      return withSteps(played, { device: 2, host: 1, prompts: 1 / 2 });
    case "slow-prompts":
      return withSteps(played, { device: 1, host: 1, prompts: 2 });
    case "slow-host":
      return withSteps(played, { device: 1, host: 4 });
    case "slow-front":
      return { ...played, frontSeconds: played.frontSeconds + 1 };
    case "held-blocks":
      return { ...played, heldShare: heldShare(played) };
    case "double-rate":
      return withRate(played, 2);
    case "half-rate":
      return withRate(played, 0.5);
    case "bursts":
      return { ...played, workload: { ...played.workload, cv: 3 * (played.workload.cv ?? 1) } };
    case "longer-prompts":
      return withRows(played, (row, longest) => {
        const promptTokens = Math.max(row.promptTokens, Math.min(longest - row.outputTokens, 2 * row.promptTokens));
        return { ...row, promptTokens };
      });
    case "longer-answers":
      return withRows(played, (row, longest) => {
        const outputTokens = Math.max(row.outputTokens, Math.min(longest - row.promptTokens, 2 * row.outputTokens));
        return { ...row, outputTokens };
      });
    case "more-prefill":
      return withRows(played, (row, longest) => {
        const outputTokens = Math.max(1, Math.ceil(row.outputTokens / 2));
        return { ...row, outputTokens, promptTokens: Math.max(row.promptTokens, Math.min(longest - outputTokens, 2 * row.promptTokens)) };
      });
    case "no-shared-prefix":
      return withRows(played, (row) => {
        const { prefixBlocks: _, ...unshared } = row;
        return unshared;
      });
    default:
      return injection satisfies never;
  }
}

/** Of what the load would fill at its peak, so much room is left. */
const leftShare = 0.6;

/** What of the caches is held so that the load fills the rest; the longest request still fits. */
function heldShare(played: Played): number {
  const peak = simulated(played, 1).report?.summary.kvCache.peakUsage ?? 1;
  const longest = Math.max(...plansOf(played.settled).map(({ maxConcurrency }) => 1.1 / maxConcurrency));
  return Math.max(0, 1 - Math.max(longest, leftShare * peak));
}

function withCaches(played: Played, share: number): Played {
  return withPools(played, (pool, plan) => ({
    ...pool,
    observed: { ...pool.observed, kvCacheBlocks: Math.max(1, Math.floor(plan.kvCacheBlocks * share)) },
  }));
}

/** An eighth of the rate between GPUs and between nodes; kernels that were measured over the whole one no longer speak for it. */
function slowLinks(pool: SettledPool): SettledPool {
  const { intraNode, interNode } = pool.links;
  const eighth = <Link extends { readonly bytesPerSecond: number }>(link: Link) => ({ ...link, bytesPerSecond: link.bytesPerSecond / 8 });
  return { ...pool, linkKernels: null, links: { ...pool.links, intraNode: eighth(intraNode), interNode: eighth(interNode) } };
}

function withPools(played: Played, change: (pool: SettledPool, plan: MemoryPlan) => SettledPool): Played {
  const { settled } = played;
  const plans = plansOf(settled);
  const pools = settled.pools.map((pool, index) => {
    const plan = plans[index];
    return plan ? change(pool, plan) : pool;
  });
  return { ...played, settled: { ...settled, pools } };
}

function withSteps(played: Played, { device, host, prompts = 1 }: StepFactors): Played {
  const { steps } = played;
  return { ...played, steps: { device: steps.device * device, host: steps.host * host, prompts: (steps.prompts ?? 1) * prompts } };
}

function withRate(played: Played, factor: number): Played {
  const { workload } = played;
  if (workload.ratePerSecond !== undefined) return { ...played, workload: { ...workload, ratePerSecond: workload.ratePerSecond * factor } };
  const requests = workload.requests.map((row) => ({ ...row, arrivalSeconds: row.arrivalSeconds / factor }));
  return { ...played, workload: { ...workload, requests } };
}

function withRows(played: Played, change: (row: RequestRow, longest: number) => RequestRow): Played {
  const longest = Math.min(...played.settled.pools.map((pool) => pool.settings.maxModelLen));
  return { ...played, workload: { ...played.workload, requests: played.workload.requests.map((row) => change(row, longest)) } };
}
