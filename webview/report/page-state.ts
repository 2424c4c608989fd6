import type { Report } from "../../src/simulation/report/report.ts";
import type { Estimate } from "../../src/timing/estimate.ts";
import { whole } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";
import { changedLine } from "./verdict-words.ts";

/** Why there are no figures. */
export type Unusable = "does-not-fit" | "missing" | "failed";
export type PageState = "estimate" | "running" | "report" | "saturated" | "stale" | "cancelled" | Unusable;

/** What the page has, out of which follows what it shows. */
export interface PageFigures {
  readonly running: boolean;
  readonly report: Report | null;
  readonly estimate: Estimate | null;
  /** The controls differ from what was run. */
  readonly changed: boolean;
  /** Why the figures are no longer those of the file. */
  readonly staleReason: string | null;
}

/** The state of a page that has figures, or will have. */
export function stateWithFigures({ running, report, estimate, changed, staleReason }: PageFigures): PageState | undefined {
  if (running) return "running";
  if (!report) return estimate ? "estimate" : undefined;
  if (changed || staleReason !== null) return "stale";
  if (report.saturated) return "saturated";
  return report.stoppedAtSeconds === null ? "report" : "cancelled";
}

/** What is said above the figures where they are not simply those of the file. */
export function pageLine({ running, report, estimate, changed, staleReason }: PageFigures): string {
  if (!report) return "";
  if (running) return words("The figures of the run before stay until this one is done.");
  if (changed) return changedLine(estimate);
  if (staleReason !== null) return staleReason;
  const stopped = report.stoppedAtSeconds;
  return stopped === null ? "" : words("Stopped at {0} s. Figures cover {0} s.", whole(stopped));
}

export function isUnusable(state: string | undefined): state is Unusable {
  return state === "does-not-fit" || state === "missing" || state === "failed";
}
