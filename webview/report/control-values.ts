import type { Slo } from "../../src/deployment/deployment.ts";
import type { ReportControls } from "../../src/protocol/report-view.ts";
import { record } from "../parts/host.ts";
import { noLimits } from "./judged.ts";
import { readLoad } from "./load/kept-load.ts";

/** A number above zero; null for an empty field; undefined for anything else. */
export function positive(text: string): number | null | undefined {
  const trimmed = text.trim().replace(",", ".");
  if (trimmed === "") return null;
  const value = Number(trimmed);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

/** Kept controls, checked member by member; undefined where anything is not as it should be. */
export function readControls(kept: unknown): ReportControls | undefined {
  const { workload, ratePerSecond, gpu, gpuOrigin, slo, sloOrigin, rateOrigin, workloadOrigin, load, seed } = record(kept);
  const limits = record(slo);
  const limit = (name: keyof Slo): number | null | undefined => {
    const value = limits[name];
    return value === null || typeof value === "number" ? value : undefined;
  };
  const origin = (value: unknown): "file" | "assumed" => (value === "file" ? "file" : "assumed");
  if (typeof workload !== "string" || typeof gpu !== "string") return undefined;
  if (ratePerSecond !== null && typeof ratePerSecond !== "number") return undefined;
  const changed = load === null ? null : readLoad(load);
  if (changed === undefined || typeof seed !== "number") return undefined;
  return {
    workload,
    workloadOrigin: origin(workloadOrigin),
    gpu,
    ratePerSecond,
    gpuOrigin: origin(gpuOrigin),
    sloOrigin: origin(sloOrigin),
    rateOrigin: origin(rateOrigin),
    load: changed,
    seed,
    slo: {
      ttftSeconds: limit("ttftSeconds") ?? null,
      tpotSeconds: limit("tpotSeconds") ?? null,
      e2eSeconds: limit("e2eSeconds") ?? null,
      percentile: limit("percentile") ?? noLimits.percentile,
    },
  };
}

/** Whether two controls say the same, in whatever order their members come: kept and sent ones do not share one. */
export function sameControls(a: unknown, b: unknown): boolean {
  return JSON.stringify(readControls(a)) === JSON.stringify(readControls(b));
}
