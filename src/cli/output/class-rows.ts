import { percent, rate, whole } from "../../catalog/quantity.ts";
import type { ClassSummary, Summary } from "../../simulation/report/report.ts";
import { time } from "./time-words.ts";

export const classHead = ["Class", "requests", "TTFT p50", "p95", "TPOT p50", "p95", "E2E p95", "within limits", "goodput"] as const;

/** Each kind of requests by itself; none where there is one kind. */
export function classRows({ classes = [] }: Summary): readonly (readonly string[])[] {
  return classes.map((one) => [
    one.name,
    whole(one.requests),
    time(one.ttftSeconds.p50),
    time(one.ttftSeconds.p95),
    time(one.tpotSeconds.p50),
    time(one.tpotSeconds.p95),
    time(one.e2eSeconds.p95),
    one.sloAttainment === null ? "no limits" : percent(one.sloAttainment),
    one.goodputRequestsPerSecond === null ? "" : rate(one.goodputRequestsPerSecond, "req/s"),
  ]);
}

/** Classes whose limits are not kept by as many requests as was asked for; null where no class has limits. */
export function missedClasses({ classes = [] }: Summary): readonly ClassSummary[] | null {
  const limited = classes.filter(({ sloAttainment }) => sloAttainment !== null);
  if (limited.length === 0) return null;
  return limited.filter(({ slo, sloAttainment }) => (sloAttainment ?? 0) < (slo?.percentile ?? 0) / 100);
}
