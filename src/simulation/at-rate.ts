import type { Workload } from "./workload.ts";

/** So many of the same requests. */
export function withRequests(workload: Workload, requests: number): Workload {
  return workload.kind === "requests" ? { ...workload, requests: workload.requests.slice(0, requests) } : { ...workload, requests };
}

/** The same requests at another rate of arrivals. */
export function atRate(workload: Workload, ratePerSecond: number): Workload {
  if (workload.kind === "requests") return { ...workload, ratePerSecond };
  if (workload.kind === "open-loop") {
    const { stages: _, ...steady } = workload;
    return { ...steady, ratePerSecond };
  }
  const { requests, promptTokens, outputTokens } = workload;
  return { ...named(workload), kind: "open-loop", ratePerSecond, requests, promptTokens, outputTokens };
}

/** The rate at which a workload asks for its requests to arrive; null where they come otherwise. */
export function askedRate(workload: Workload): number | null {
  if (workload.kind === "open-loop") return workload.stages?.length ? null : workload.ratePerSecond;
  return workload.kind === "requests" ? (workload.ratePerSecond ?? null) : null;
}

/** Name and source of a workload, for one that is made of it. */
export function named({ name, source }: Workload): Pick<Workload, "name" | "source"> {
  return { ...(name === undefined ? {} : { name }), ...(source === undefined ? {} : { source }) };
}
