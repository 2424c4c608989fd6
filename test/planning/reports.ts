import type { Slo } from "../../src/deployment/deployment.ts";
import type { Report } from "../../src/simulation/report/report.ts";
import { simulateWith } from "../../src/simulation/simulate-with.ts";
import { planOf, plausible, reportFrom, settledOf } from "../simulation/fixtures.ts";

export const slo: Slo = { ttftSeconds: 0.15, tpotSeconds: 0.05, e2eSeconds: null, percentile: 95 };

const base = reportFrom(
  simulateWith(
    settledOf({ slo }),
    [planOf()],
    [plausible],
    { kind: "open-loop", ratePerSecond: 1, requests: 10, promptTokens: 100, outputTokens: 10 },
    1,
  ),
);

export interface Figures {
  readonly ttft?: number;
  readonly tpot?: number;
  readonly e2e?: number;
  readonly attainment?: number;
  readonly gpus?: number;
  readonly outputPerGpu?: number;
  readonly saturated?: Report["saturated"];
  readonly slo?: Slo | null;
}

const flat = (value: number) => ({ mean: value, p50: value, p90: value, p95: value, p99: value });

/** A report with these figures, all its quantiles alike. */
export function reportWith({
  ttft = 0.1,
  tpot = 0.01,
  e2e = 1,
  attainment = 1,
  gpus = 1,
  outputPerGpu = 100,
  saturated = null,
  ...rest
}: Figures): Report {
  const summary = {
    ...base.summary,
    ttftSeconds: flat(ttft),
    tpotSeconds: flat(tpot),
    e2eSeconds: flat(e2e),
    sloAttainment: rest.slo === null ? null : attainment,
    outputTokensPerSecondPerGpu: outputPerGpu,
  };
  return { ...base, summary, gpus, saturated, slo: rest.slo === undefined ? slo : rest.slo };
}
