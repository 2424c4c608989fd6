import type { Slo } from "../../deployment/deployment.ts";
import type { ClassTerms } from "../workload/workload.ts";
import { type Attainment, attained, attainmentShare } from "./attainment.ts";
import { quantilesOf } from "./quantiles.ts";
import type { ClassSummary, RequestRecords } from "./report.ts";
import { type Latencies, latencies } from "./summary.ts";

/** One kind of requests, and how many of them are within their limits. */
export interface JudgedClass {
  readonly summary: ClassSummary;
  readonly attainment: Attainment | null;
}

/** Each kind of requests by itself, under its own limits or else the deployment's. */
export function judgedClasses(
  classes: readonly ClassTerms[],
  records: RequestRecords,
  outside: (promptTokens: number) => number,
  usual: Slo | null,
  seconds: number,
): readonly JudgedClass[] {
  return classes.map(({ name, slo = usual }, place) => {
    const isOurs = (r: number): boolean => records.classOf?.[r] === place;
    const refused = records.refused?.reduce((sum, one, r) => sum + (isOurs(r) ? one : 0), 0) ?? 0;
    const own = latencies(records, outside, isOurs);
    const attainment = attained(own, refused, slo);
    return { attainment, summary: { name, slo, ...figures(own, seconds), ...terms(attainment, refused, seconds) } };
  });
}

function figures({ ttft, tpot, e2e, queue, outputTokens }: Latencies, seconds: number) {
  return {
    requests: ttft.count,
    ttftSeconds: quantilesOf(ttft),
    tpotSeconds: quantilesOf(tpot),
    e2eSeconds: quantilesOf(e2e),
    queueSeconds: quantilesOf(queue),
    requestsPerSecond: ttft.count / seconds,
    outputTokensPerSecond: outputTokens / seconds,
  };
}

function terms(attainment: Attainment | null, refused: number, seconds: number) {
  return {
    ...(refused > 0 ? { refused } : {}),
    sloAttainment: attainment && attainmentShare(attainment),
    goodputRequestsPerSecond: attainment && attainment.met / seconds,
  };
}
