import type { Catalog } from "../catalog/catalog.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { message } from "../deployment/message.ts";
import type { Lever } from "../language/memory-levers.ts";
import { memoryOverview } from "../language/memory-overview.ts";
import type { DeploymentAnalysis } from "../language/results.ts";
import { verdict } from "../language/verdict.ts";
import { comparedPool } from "../live/starts/logged-deployment.ts";
import type { StartLog } from "../live/starts/start-log.ts";
import type { ComparisonView, LeverView, MemoryHeader, ToMemoryView } from "../protocol/memory-view.ts";
import { fullId } from "./command-ids.ts";

type Missing = Extract<ToMemoryView, { kind: "missing" }>;

export function memoryHeader({ name, anchor }: Deployment, fileName: string): MemoryHeader {
  const { line } = anchor.start;
  return { name, place: `${fileName}:${line + 1}`, line };
}

/** What fits, or what is missing to tell. */
export function memoryMessage(analysis: DeploymentAnalysis, catalog: Catalog): ToMemoryView {
  const memory = memoryOverview(analysis, catalog);
  return memory ? { kind: "memory", memory } : missing(analysis, catalog);
}

/** What keeps the sum from being made, with what would settle it; the weights and what would hold them are known without a GPU. */
function missing(analysis: DeploymentAnalysis, catalog: Catalog): Missing {
  const all = analysis.settlement.missing ?? [];
  const known = verdict(analysis, catalog);
  const actions = [
    { what: "gpu", label: message("Choose GPU"), command: fullId("selectGpu") },
    { what: "model", label: message("Describe model"), command: fullId("describeModel") },
  ];
  return {
    kind: "missing",
    title: message("Too little is known to tell what fits"),
    lines: [...all.map((one) => one.message), ...(known.kind === "gpu-unknown" ? [known.text] : [])],
    actions: actions.filter(({ what }) => all.some((one) => one.what === what)).map(({ label, command }) => ({ label, command })),
  };
}

/** The deployment is not where it was. */
export function gone(): Missing {
  return { kind: "missing", title: message("This deployment is no longer in its file"), lines: [], actions: [] };
}

/** A start-up log as a page keeps it: what it tells, and of which pool. */
export interface KeptLog {
  readonly name: string;
  readonly pool: number;
  readonly log: StartLog | null;
}

/** The log beside the pool as the file has it now. */
export function comparisonOf({ deployment, settled }: DeploymentAnalysis, { name, pool: index, log }: KeptLog): ComparisonView {
  const view = { name, pool: index, result: null, problem: null };
  if (!log) return { ...view, problem: message("This text holds no start of vLLM, SGLang or TensorRT-LLM") };
  const result = settled && comparedPool(log, settled, index, deployment.model?.value.name ?? null);
  return result ? { ...view, result } : { ...view, problem: message("Too little is known of the file to compare it with a log") };
}

export function leverViews(levers: readonly Lever[], fileName: string): readonly LeverView[] {
  return levers.map(({ edits, ...lever }) => {
    const [first] = edits;
    return { ...lever, place: first ? `${fileName}:${first.range.start.line + 1}` : null };
  });
}
