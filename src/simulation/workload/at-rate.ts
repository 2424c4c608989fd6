import type { Workload, WorkloadClass } from "./workload.ts";

/** So many of the same requests. */
export function withRequests(workload: Workload, requests: number): Workload {
  return workload.kind === "requests" ? { ...workload, requests: workload.requests.slice(0, requests) } : { ...workload, requests };
}

/** The same requests at another rate of arrivals. */
export function atRate(workload: Workload, ratePerSecond: number): Workload {
  if (workload.kind === "requests") {
    const { stages: _, burst: __, ...steady } = workload;
    return { ...steady, ratePerSecond };
  }
  if (workload.kind === "open-loop") {
    const { stages: _, burst: __, classes, ...steady } = workload;
    return { ...steady, ratePerSecond, ...(classes ? { classes: classesAt(classes, ratePerSecond) } : {}) };
  }
  const { requests, promptTokens, outputTokens, sharedPrefix, prefixShare, classes } = workload;
  return {
    ...named(workload),
    kind: "open-loop",
    ratePerSecond,
    requests,
    promptTokens,
    outputTokens,
    ...(sharedPrefix ? { sharedPrefix } : {}),
    ...(prefixShare === undefined ? {} : { prefixShare }),
    ...(classes ? { classes } : {}),
  };
}

/** Rates of classes' own keep their proportion. */
export function classesAt(classes: readonly WorkloadClass[], ratePerSecond: number): readonly WorkloadClass[] {
  const total = classes.reduce((sum, one) => sum + (one.ratePerSecond ?? 0), 0);
  if (total === 0) return classes;
  return classes.map((one) => ({ ...one, ratePerSecond: ((one.ratePerSecond ?? 0) / total) * ratePerSecond }));
}

/** The rate at which a workload asks for its requests to arrive; null where they come otherwise. */
export function askedRate(workload: Workload): number | null {
  if (workload.kind !== "open-loop" && workload.kind !== "requests") return null;
  return workload.stages?.length ? null : (workload.ratePerSecond ?? null);
}

/** Name and source of a workload, for one that is made of it. */
export function named({ name, source }: Workload): Pick<Workload, "name" | "source"> {
  return { ...(name === undefined ? {} : { name }), ...(source === undefined ? {} : { source }) };
}
