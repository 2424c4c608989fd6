import type { Catalog } from "../catalog/catalog.ts";
import { shortGpuName } from "../catalog/gpu-names.ts";
import { shortTokens, whole } from "../catalog/quantity.ts";
import type { Deployment, Pool } from "../deployment/deployment.ts";
import { type Message, message } from "../deployment/message.ts";
import { read } from "../deployment/read.ts";
import { noSurroundings } from "../deployment/surroundings.ts";
import type { Range } from "../deployment/text.ts";
import { gpusAsked } from "../rules/layout.ts";
import type { Finding } from "../rules/rule.ts";
import { type AnalyseOptions, judge, textFindings } from "./analysis.ts";
import type { Analysis, DeploymentAnalysis } from "./results.ts";
import { type Verdict, verdict } from "./verdict.ts";

/** One deployment as a list shows it. */
export interface OverviewRow {
  readonly deploymentId: string;
  readonly name: string;
  readonly anchor: Range;
  /** Without the publisher; undefined where the file does not say. */
  readonly model: string | undefined;
  /** What all its instances ask for together; undefined where that is not known. */
  readonly gpus: Message | undefined;
  readonly verdict: Verdict;
  /** The verdict in a few words. */
  readonly summary: Message;
}

/** What a list keeps of a file: little beside the analysis it comes from. Fixes are left out. */
export interface FileOverview extends Pick<Analysis, "findings" | "problems"> {
  readonly rows: readonly OverviewRow[];
}

export const nothingThere: FileOverview = { rows: [], findings: [], problems: [] };

/** Reads a file for a list, with a place to wait between the parts of the work. */
export function* overviewInParts(text: string, options: AnalyseOptions): Generator<undefined, FileOverview> {
  const { catalog, surroundings = noSurroundings, fileName = "" } = options;
  const reading = read(text, { catalog, surroundings, fileName });
  const rows: OverviewRow[] = [];
  const findings = [...textFindings(text, reading)];
  const problems = [...reading.problems];
  for (const deployment of reading.deployments) {
    yield;
    const { analysis, problem } = judge(deployment, reading, catalog);
    findings.push(...analysis.findings);
    if (problem) problems.push(problem);
    yield;
    rows.push(rowOf(analysis, catalog));
  }
  return { rows, findings: findings.map(withoutFixes), problems };
}

/** The same from an analysis that is there already. */
export function overviewOf({ deployments, findings, problems }: Analysis, catalog: Catalog): FileOverview {
  return { rows: deployments.map((one) => rowOf(one, catalog)), findings: findings.map(withoutFixes), problems };
}

function withoutFixes(finding: Finding): Finding {
  return { ...finding, fixes: [] };
}

function rowOf(analysis: DeploymentAnalysis, catalog: Catalog): OverviewRow {
  const { deployment } = analysis;
  const said = verdict(analysis, catalog);
  return {
    deploymentId: deployment.id,
    name: deployment.name,
    anchor: deployment.anchor,
    model: deployment.model?.value.name.split("/").at(-1),
    gpus: gpuWords(deployment),
    verdict: said,
    summary: summary(analysis, said),
  };
}

function summary({ memory }: DeploymentAnalysis, { kind, text }: Verdict): Message {
  switch (kind) {
    case "fits":
      return message("fits, {0} KV tokens", shortTokens(Math.min(...memory.map((plan) => plan.kvCacheTokens))));
    case "does-not-fit":
      return message("does not fit");
    case "will-not-start":
      return message("will not start");
    case "gpu-unknown":
      return message("GPU not named");
    case "model-unknown":
      return message("model not known");
    case "not-judged":
      return text;
    default: {
      const never: never = kind;
      return never;
    }
  }
}

/** `16 × H100-80GB` or `8 GPUs` for all instances together, `8 × H100-80GB an instance` where their number is not said, `H100-80GB` alone. */
function gpuWords({ pools }: Deployment): Message | undefined {
  const all = countsOf(pools, (pool) => (pool.instances ? pool.instances.value : undefined));
  if (all) return message("{0}", all);
  const each = countsOf(pools, () => 1);
  if (each) return message("{0} an instance", each);
  const names = new Set(pools.map(({ hardware }) => hardware.gpu && shortGpuName(hardware.gpu.value)));
  return names.size === 0 || names.has(undefined) ? undefined : message("{0}", [...names].join(" + "));
}

/** `16 × H100-80GB + 4 × L4`; undefined where a pool does not say how many. */
function countsOf(pools: readonly Pool[], instances: (pool: Pool) => number | undefined): string | undefined {
  const counts = new Map<string, number>();
  for (const pool of pools) {
    const asked = gpusAsked(pool);
    const copies = instances(pool);
    if (asked === undefined || copies === undefined) return undefined;
    const name = pool.hardware.gpu ? shortGpuName(pool.hardware.gpu.value) : "GPU";
    counts.set(name, (counts.get(name) ?? 0) + asked * copies);
  }
  return [...counts].map(([name, count]) => `${whole(count)} × ${name}`).join(" + ") || undefined;
}
