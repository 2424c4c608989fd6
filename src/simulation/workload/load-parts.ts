import type { Slo } from "../../deployment/deployment.ts";
import type { GapKind, RateStage } from "./arrivals.ts";
import type { Burst, Length, Workload, WorkloadClass } from "./workload.ts";

/** Gaps between arrivals of one rate; the coefficient of variation counts for gamma and Weibull alone. */
export interface Gaps {
  readonly kind: GapKind;
  readonly cv: number;
}

/** How the requests of a load come. */
export type Arrivals =
  | { readonly kind: "steady"; readonly gaps: Gaps }
  | { readonly kind: "bursts"; readonly gaps: Gaps; readonly burst: Burst }
  | { readonly kind: "stages"; readonly gaps: Gaps; readonly stages: readonly RateStage[] }
  | { readonly kind: "closed-loop"; readonly concurrency: number }
  | { readonly kind: "at-once" }
  /** As a trace has them. */
  | { readonly kind: "recorded" }
  /** Each class by itself. */
  | { readonly kind: "by-class" };

/** A class in the parts that a person may change; null = as the workload has it. */
export interface ClassParts {
  readonly name: string;
  /** Requests per second where classes arrive by themselves, else a share against those of the others; null = rows name their class. */
  readonly weight: number | null;
  readonly promptTokens: Length | null;
  readonly outputTokens: Length | null;
  /** null = the deployment's limits. */
  readonly slo: Slo | null;
}

/** A load in the parts that a person may change; lengths of null are those the workload has: of its rows, conversations or classes. */
export interface LoadParts {
  readonly arrivals: Arrivals;
  readonly requests: number;
  /** Most requests in flight at the client; null = no cap. */
  readonly maxInFlight: number | null;
  readonly promptTokens: Length | null;
  readonly outputTokens: Length | null;
  /** Share of each prompt with which all of them begin; null = as the workload has it. */
  readonly prefixShare: number | null;
  readonly classes: readonly ClassParts[];
}

/** Whether the arrivals ask for a rate of their own. */
export function takesRate({ kind }: Arrivals): boolean {
  return kind === "steady" || kind === "bursts";
}

/** What a workload is in its parts. */
export function loadParts(workload: Workload): LoadParts {
  const common = {
    arrivals: arrivalsOf(workload),
    maxInFlight: workload.maxInFlight ?? null,
    promptTokens: null,
    outputTokens: null,
    prefixShare: null,
  };
  if (workload.kind === "requests") {
    const classes = (workload.classes ?? []).map(({ name, slo }) => ({ ...unchanged, name, slo: slo ?? null }));
    return { ...common, requests: workload.requests.length, classes };
  }
  const { requests, classes = [], sharedPrefix, promptTokens, outputTokens, prefixShare } = workload;
  if (classes.length > 0 || sharedPrefix) return { ...common, requests, classes: classes.map(classParts) };
  return {
    ...common,
    requests,
    promptTokens: distribution(promptTokens),
    outputTokens: distribution(outputTokens),
    prefixShare: prefixShare ?? null,
    classes: [],
  };
}

const unchanged = { weight: null, promptTokens: null, outputTokens: null };

function classParts({ name, slo, share, ratePerSecond, sharedPrefix, promptTokens, outputTokens }: WorkloadClass): ClassParts {
  const lengths = sharedPrefix
    ? { promptTokens: null, outputTokens: null }
    : { promptTokens: distribution(promptTokens), outputTokens: distribution(outputTokens) };
  return { name, weight: ratePerSecond ?? share ?? 1, ...lengths, slo: slo ?? null };
}

/** Measured values are many: they stay with the workload. */
function distribution(length: Length): Length | null {
  return typeof length === "object" && "values" in length ? null : length;
}

function arrivalsOf(workload: Workload): Arrivals {
  switch (workload.kind) {
    case "closed-loop":
      return { kind: "closed-loop", concurrency: workload.concurrency };
    case "offline":
      return { kind: "at-once" };
    case "requests":
      if (workload.ratePerSecond !== undefined) return processOf(workload);
      return { kind: workload.requests.some(({ arrivalSeconds }) => arrivalSeconds > 0) ? "recorded" : "at-once" };
    case "open-loop":
      if (workload.classes?.some(({ ratePerSecond }) => ratePerSecond !== undefined)) return { kind: "by-class" };
      return processOf(workload);
    default:
      return workload satisfies never;
  }
}

function processOf({ arrivals, cv = 1, burst, stages }: Extract<Workload, { kind: "open-loop" | "requests" }>): Arrivals {
  const gaps = { kind: arrivals ?? (cv === 1 ? "poisson" : "gamma"), cv };
  if (burst) return { kind: "bursts", gaps, burst };
  return stages?.length ? { kind: "stages", gaps, stages } : { kind: "steady", gaps };
}
