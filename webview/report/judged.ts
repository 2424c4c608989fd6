import type { Slo } from "../../src/deployment/deployment.ts";
import type { Bands, Range } from "../../src/simulation/report/bands.ts";
import type { Report } from "../../src/simulation/report/report.ts";
import { atPercentile, type Latencies } from "./latency.ts";
import { latencyRange } from "./ranges.ts";

export const noLimits: Slo = { ttftSeconds: null, tpotSeconds: null, e2eSeconds: null, percentile: 95 };

/** A latency beside its limit, with the range in which 8 values in 10 lie. */
export interface Judged {
  readonly id: "ttft" | "tpot" | "e2e";
  readonly name: string;
  readonly value: number;
  readonly range: Range;
  readonly limit: number | null;
  readonly verdict: "met" | "missed" | "close" | "no-limit";
}

/** The latencies at the limits' percentile. A range that crosses the limit is too close to call, never a pass. */
export function judge(report: Report, values: Latencies, bands: Bands | null): readonly [ttft: Judged, tpot: Judged, e2e: Judged] {
  const slo = report.slo ?? noLimits;
  const { timingBand, firstTokenBand } = report.confidence;
  const basis = { bands, stepBand: timingBand, firstTokenBand };
  const one = (id: Judged["id"], name: string, value: number, limit: number | null): Judged => {
    const range = latencyRange(basis, id, slo.percentile, value);
    const [low, high] = range;
    const isMet = limit !== null && high !== null && high <= limit;
    return { id, name, value, range, limit, verdict: limit === null ? "no-limit" : isMet ? "met" : low > limit ? "missed" : "close" };
  };
  const { ttftSeconds, tpotSeconds, e2eSeconds } = report.summary;
  return [
    one("ttft", "TTFT", atPercentile(ttftSeconds, values.ttft, slo.percentile), slo.ttftSeconds),
    one("tpot", "TPOT", atPercentile(tpotSeconds, values.tpot, slo.percentile), slo.tpotSeconds),
    one("e2e", "E2E", atPercentile(e2eSeconds, values.e2e, slo.percentile), slo.e2eSeconds),
  ];
}
