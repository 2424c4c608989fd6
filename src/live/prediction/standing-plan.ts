import { figure, percent, rate } from "../../catalog/quantity.ts";
import type { Slo } from "../../deployment/deployment.ts";
import { type Message, message } from "../../deployment/message.ts";
import type { Settled } from "../../deployment/settled.ts";
import type { Plan } from "../../planning/plan.ts";
import { type RateCurve, rateCurve } from "../../planning/rate-curve.ts";
import { mostRequests } from "../../planning/rate-sweep.ts";
import { atRate } from "../../simulation/workload/at-rate.ts";
import { queueGrowth } from "../series/queue-growth.ts";
import type { LiveWindow } from "../series/window.ts";
import type { LivePoint } from "../snapshot.ts";
import { type MeasuredWorkload, workloadOf } from "../workload/measured-workload.ts";
import type { Standing, StandingNow } from "./standing.ts";

export interface StandingContext {
  /** As its server runs it. */
  readonly settled: Settled;
  readonly load: MeasuredWorkload;
  readonly window: LiveWindow;
  readonly points: readonly LivePoint[];
  readonly seed: number;
}

/** Simulations that the curve may take. */
const mostRuns = 14;
/** Of each rate: enough for a p95, and to see a queue grow. */
const requests = 800;

/** The predicted curve at the measured mix of requests, with the place of the server on it; undefined where it cannot be simulated. */
export function* standingPlan({ settled, load, window, points, seed }: StandingContext): Plan<Standing | undefined> {
  const mix = atRate({ ...workloadOf(load), requests }, load.ratePerSecond);
  const most = mostRequests(settled, mix, seed);
  if (most === undefined) return undefined;
  const curve = yield* rateCurve({ settled, workload: mix, seed }, { most, now: load.ratePerSecond, points: mostRuns });
  if (curve.problem !== null) return undefined;
  return standing(curve, { at: standingNow(window, load), growth: queueGrowth(points, window.from, window.to), window, slo: settled.slo });
}

function standingNow({ rates, windows }: LiveWindow, { ratePerSecond }: MeasuredWorkload): StandingNow {
  return {
    ratePerSecond,
    outputTokensPerSecond: rates.generation_tokens_total ?? null,
    ttftP95: windows.ttft_seconds?.p95 ?? null,
    tpotP95: windows.tpot_seconds?.p95 ?? null,
  };
}

interface Seen {
  readonly at: StandingNow;
  readonly growth: number | null;
  readonly window: LiveWindow;
  readonly slo: Slo | null;
}

export function standing({ points, saturation }: Pick<RateCurve, "points" | "saturation">, seen: Seen): Standing {
  const saturationRate = saturation.lost === null ? null : (saturation.held ?? saturation.lost);
  return {
    points: points.map(({ ratePerSecond, figures: { summary, saturated } }) => ({
      ratePerSecond,
      outputTokensPerSecond: summary.outputTokensPerSecond,
      ttftP95: summary.ttftSeconds.p95,
      tpotP95: summary.tpotSeconds.p95,
      isSaturated: saturated !== null,
    })),
    at: seen.at,
    saturationRate,
    queueGrowthPerSecond: seen.growth,
    sentence: sentenceOf(seen, saturationRate),
  };
}

/** A cache fuller than this looks like the end, and is none while nobody waits. */
const fullCache = 0.95;

function sentenceOf({ at, growth, window, slo }: Seen, saturation: number | null): Message {
  const now = rate(at.ratePerSecond, "req/s");
  if (growth !== null) {
    const by = figure(growth);
    if (meets(at, slo))
      return message("Its limits are still met, but the queue grows by {0} requests a second: more arrives than it completes", by);
    return message("The queue grows by {0} requests a second: more arrives than it completes", by);
  }
  const { kv_cache_usage: cache = 0, requests_waiting: waiting = 0 } = window.gauges;
  if (saturation === null) return message("It takes {0}, and no end of what it holds is in sight", now);
  const most = rate(saturation, "req/s");
  if (at.ratePerSecond >= saturation) {
    return message("It takes {0}, more than the {1} that it is predicted to hold, and its queue does not grow", now, most);
  }
  const left = rate(saturation - at.ratePerSecond, "req/s");
  const share = percent(at.ratePerSecond / saturation);
  if (cache >= fullCache && waiting < 1) {
    return message("The cache is {0} full and nothing waits: it takes {1}, and holds {2} more", percent(cache), now, left);
  }
  return message("It takes {0}, {1} of the {2} that it is predicted to hold: {3} are left", now, share, most, left);
}

function meets({ ttftP95, tpotP95 }: StandingNow, slo: Slo | null): boolean {
  if (!slo || (slo.ttftSeconds === null && slo.tpotSeconds === null)) return false;
  const holds = (value: number | null, limit: number | null): boolean => limit === null || (value !== null && value <= limit);
  return holds(ttftP95, slo.ttftSeconds) && holds(tpotP95, slo.tpotSeconds);
}
