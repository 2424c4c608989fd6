import { plain } from "../../deployment/message.ts";
import type { Bands } from "../../simulation/report/bands.ts";
import type { Report } from "../../simulation/report/report.ts";
import { basisJson, operatorsJson } from "./anatomy.ts";

/** A simulation's answer: summary, confidence and warnings as interfaces.md lays them down, then what explains them. */
export function reportJson(report: Report, bands: Bands | null) {
  const { summary, confidence, saturated, bottleneck, workload, gpus, gpuName, layout, scheduler, served, assumed, seed } = report;
  return {
    summary: { ...summary, bands },
    confidence: { ...confidence, steps: basisJson(report.anatomy) },
    warnings: warningsOf(report),
    saturated,
    bottleneck,
    workload,
    gpus,
    gpu: gpuName,
    layout,
    scheduler,
    ...(served ? { served: { system: served.system, firstToken: plain(served.firstToken), figures: served.figures.map(plain) } } : {}),
    routing: report.routing ?? null,
    slo: report.slo,
    modes: report.modes,
    anatomy: report.anatomy.map((step) => ({ ...step, operators: operatorsJson(step.operators, step.peaks) })),
    assumed: assumed.map(({ what, value }) => ({ what, value })),
    seed,
  };
}

export function warningsOf({ warnings, saturated }: Report): readonly string[] {
  if (!saturated) return warnings;
  const most = saturated.mostRequestsPerSecond.toPrecision(3);
  return [
    ...warnings,
    `Saturated: the queue never empties, so percentiles measure how long the run lasted. It completes ${most} requests a second.`,
  ];
}
