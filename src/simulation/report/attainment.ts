import type { Slo } from "../../deployment/deployment.ts";
import type { Latencies } from "./summary.ts";

/** Requests that have limits, and those within them. */
export interface Attainment {
  readonly limited: number;
  readonly met: number;
}

/** Finished requests within every limit there is, and refused ones, which are within none; null without limits. */
export function attained(latencies: Latencies, refused: number, slo: Slo | null): Attainment | null {
  if (!slo || (slo.ttftSeconds === null && slo.tpotSeconds === null && slo.e2eSeconds === null)) return null;
  return { limited: latencies.ttft.count + refused, met: withinLimits(latencies, slo) };
}

/** Of several kinds of requests together; null where none has limits. */
export function attainedTogether(parts: readonly (Attainment | null)[]): Attainment | null {
  const limited = parts.filter((part) => part !== null);
  if (limited.length === 0) return null;
  return limited.reduce((sum, part) => ({ limited: sum.limited + part.limited, met: sum.met + part.met }));
}

export function attainmentShare({ limited, met }: Attainment): number {
  return limited === 0 ? 0 : met / limited;
}

/** A single token has no time per output token to miss. */
function withinLimits({ ttft, tpot, e2e }: Latencies, slo: Slo): number {
  let met = 0;
  for (let i = 0; i < ttft.values.length; i++) {
    const late = slo.ttftSeconds !== null && (ttft.values[i] as number) > slo.ttftSeconds;
    const slow = slo.tpotSeconds !== null && (tpot.values[i] as number) > slo.tpotSeconds;
    const long = slo.e2eSeconds !== null && (e2e.values[i] as number) > slo.e2eSeconds;
    if (!late && !slow && !long) met++;
  }
  return met;
}
