import { rate } from "../catalog/quantity.ts";
import { type Message, message } from "../deployment/message.ts";
import type { Settled } from "../deployment/settled.ts";
import { memoryPlan } from "../memory/memory-plan.ts";
import { askedRate } from "../simulation/workload/at-rate.ts";
import type { Workload } from "../simulation/workload/workload.ts";
import { estimate } from "../timing/closed-form.ts";
import { holds } from "./figures.ts";
import { meanLengths } from "./mean-lengths.ts";
import type { Plan } from "./plan.ts";
import { type RateCurve, rateCurve, type Turn } from "./rate-curve.ts";
import { type SweepResult, type SweepSite, valuesOf } from "./sweep.ts";

/** Latency and throughput over the rate of arrivals, with the rate from which the queue grows for ever. */
export function* rateSweep({ settled, workload, seed, points }: SweepSite): Plan<SweepResult> {
  const most = mostRequests(settled, workload, seed);
  if (most === undefined) return { problem: message("The deployment does not fit, or its load cannot be drawn") };
  const now = askedRate(workload);
  const curve = yield* rateCurve({ settled, workload, seed }, { most, now, points });
  if (curve.problem !== null) return { problem: message("{0}", curve.problem) };
  const nowPoint = now === null ? null : Number(now.toPrecision(3));
  return {
    axis: { name: message("Request rate"), unit: "req/s", scale: "log" },
    series: [message("this file")],
    metrics: ["ttft", "tpot", "e2e", "output", "goodput", "attainment"],
    points: curve.points.map(({ ratePerSecond, figures }) => ({
      series: 0,
      x: ratePerSecond,
      name: "",
      isFile: ratePerSecond === nowPoint,
      values: valuesOf(figures),
      holds: holds(figures),
      saturated: figures.saturated !== null,
      problem: null,
      change: null,
    })),
    marks: [...mark(curve.limits, message("last rate within the limits")), ...mark(curve.saturation, message("saturation"))],
    findings: rateFindings(curve),
  };
}

/** About the most requests a second by the closed form, for the mean lengths of the load; undefined where it cannot be told. */
export function mostRequests(settled: Settled, workload: Workload, seed: number): number | undefined {
  const lengths = meanLengths(workload, seed);
  const plans = settled.pools.map((pool) => memoryPlan(settled.model, pool));
  if (!lengths || plans.some((plan) => !plan.fits)) return undefined;
  const { mostRequestsPerSecond } = estimate(settled, plans, lengths);
  return mostRequestsPerSecond > 0 ? mostRequestsPerSecond : undefined;
}

function mark(turn: Turn | null, words: Message): SweepMarks {
  return turn && turn.held !== null && turn.lost !== null ? [{ x: turn.held, words }] : [];
}

type SweepMarks = Extract<SweepResult, { readonly marks: unknown }>["marks"];

/** What the curve says in sentences. */
export function rateFindings({ limits, saturation }: Pick<RateCurve, "limits" | "saturation">): readonly Message[] {
  return [...(limits ? [limitWords(limits)] : []), saturationWords(saturation)];
}

function limitWords({ held, lost }: Turn): Message {
  if (held === null) return message("The limits are missed at every rate that was tried");
  if (lost === null) return message("The limits hold at every rate that was tried, up to {0}", rate(held, "req/s"));
  return message("The limits hold up to {0} and no longer at {1}", rate(held, "req/s"), rate(lost, "req/s"));
}

function saturationWords({ held, lost }: Turn): Message {
  if (lost === null) return message("The queue empties at every rate that was tried, up to {0}", rate(held ?? 0, "req/s"));
  if (held === null) return message("The queue grows for ever at every rate that was tried, down to {0}", rate(lost, "req/s"));
  return message("The queue grows for ever from {0} on", rate(lost, "req/s"));
}
