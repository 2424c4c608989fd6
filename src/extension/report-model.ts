import * as vscode from "vscode";
import type { Deployment, Pool, Slo } from "../deployment/deployment.ts";
import { engineNames } from "../deployment/engine-names.ts";
import type { Known } from "../deployment/located.ts";
import { missingRole } from "../deployment/pool-pair.ts";
import { routingWords } from "../deployment/routing-words.ts";
import { settle } from "../deployment/settle.ts";
import { gpusOf, type Missing, type Settled } from "../deployment/settled.ts";
import { admitted, lengthsFor } from "../language/lengths.ts";
import type { DeploymentAnalysis } from "../language/results.ts";
import { fittedLengths, memoryPlan } from "../memory/memory-plan.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import { meanLengths } from "../planning/mean-lengths.ts";
import type { ReportControls, ReportHeader, WorkloadChoice } from "../protocol/report-view.ts";
import { deploymentWords } from "../simulation/report/layout-words.ts";
import { withRequests } from "../simulation/workload/at-rate.ts";
import { estimate, type RequestLengths } from "../timing/closed-form.ts";
import type { Estimate } from "../timing/estimate.ts";
import type { Subject } from "./subject.ts";
import { translated } from "./translate.ts";
import { asksForRate, chosenLoad, firstSeed, knownParts, type Loads, numbersOf } from "./workload-choice.ts";

const noLimits: Slo = { ttftSeconds: null, tpotSeconds: null, e2eSeconds: null, percentile: 95 };

/** What a run or an estimate works on after the page's controls are taken into account. */
export interface Variant {
  /** As the controls would have it. */
  readonly deployment: Deployment;
  readonly settled: Settled | undefined;
  readonly missing: readonly Missing[];
  readonly plans: readonly MemoryPlan[];
  /** undefined where something is missing or nothing fits. */
  readonly estimate: Estimate | undefined;
}

/** The deployment as the controls would have it: their GPU, workload and limits stand above the file's. */
export function variantOf({ deployment }: DeploymentAnalysis, controls: ReportControls, loads: Loads): Variant {
  const gpu = controls.gpu === "" ? undefined : { value: controls.gpu, origin: "argument" as const };
  const placed = (pool: Pool): Pool =>
    !gpu || pool.hardware.gpu?.value === gpu.value ? pool : { ...pool, hardware: { ...pool.hardware, gpu, gpuAsWritten: undefined } };
  const changed: Deployment = {
    ...deployment,
    pools: deployment.pools.map(placed),
    workload: chosen(deployment.workload, controls.workload),
    slo: limitsOf(controls.slo) ? chosen(deployment.slo, controls.slo) : undefined,
  };
  const { settled, missing } = fittedLengths(settle(changed, loads.catalog));
  if (!settled) return { deployment: changed, settled: undefined, missing: missing ?? [], plans: [], estimate: undefined };
  const plans = settled.pools.map((pool) => memoryPlan(settled.model, pool));
  const isTimed = plans.every((plan) => plan.fits) && missingRole(settled) === undefined;
  return {
    deployment: changed,
    settled,
    missing: [],
    plans,
    estimate: isTimed ? estimate(settled, plans, lengthsUnder(settled, controls, loads)) : undefined,
  };
}

/** Requests whose means are those of all. */
const mostDrawn = 2000;

/** Lengths the closed form speaks of: the means of the load that the controls ask for. */
function lengthsUnder(settled: Settled, controls: ReportControls, loads: Loads): RequestLengths {
  const load = controls.load && chosenLoad(loads, controls);
  const means = load ? meanLengths(withRequests(load, mostDrawn), firstSeed) : undefined;
  return means ? admitted(means, settled) : lengthsFor(settled, loads.catalog);
}

/** Keeps the file's value, with its place, where the control says the same. */
function chosen<T>(known: Known<T>, value: T): Known<T> {
  return known && JSON.stringify(known.value) === JSON.stringify(value) ? known : { value, origin: "argument" };
}

function limitsOf({ ttftSeconds, tpotSeconds, e2eSeconds }: Slo): boolean {
  return ttftSeconds !== null || tpotSeconds !== null || e2eSeconds !== null;
}

/** Where the controls stand when a page opens: at the workload's own rate, else at much of what the closed form says the deployment can hold. */
export function firstControls({ deployment, estimate: known }: DeploymentAnalysis, assumed: string, loads: Loads): ReportControls {
  const gpu = deployment.pools[0]?.hardware.gpu;
  const isWritten = (origin: string | undefined): boolean => origin === "file" || origin === "directive" || origin === "inferred";
  const workload = deployment.workload?.value ?? assumed;
  const asks = asksForRate(loads, { workload, load: null });
  return {
    workload,
    workloadOrigin: isWritten(deployment.workload?.origin) ? "file" : "assumed",
    ratePerSecond: knownParts(loads, workload)?.ratePerSecond ?? (known && asks ? startingRate(known) : null),
    gpu: gpu?.value ?? "",
    gpuOrigin: isWritten(gpu?.origin) ? "file" : "assumed",
    slo: deployment.slo?.value ?? noLimits,
    sloOrigin: isWritten(deployment.slo?.origin) ? "file" : "assumed",
    rateOrigin: "assumed",
    load: null,
    seed: firstSeed,
  };
}

/** 70 % of the most it can hold, to two digits: loaded, with room for bursts. */
export function startingRate({ mostRequestsPerSecond }: Estimate): number {
  return Number(Math.max(0.01, mostRequestsPerSecond * 0.7).toPrecision(2));
}

export function headerOf({ document, analysis }: Subject, controls: ReportControls, variant: Variant, loads: Loads): ReportHeader {
  const { deployment } = analysis;
  const line = deployment.anchor.start.line;
  const placed = variant.settled?.pools.reduce((sum, pool) => sum + gpusOf(pool), 0);
  const count = placed === undefined ? "" : `${placed} × `;
  const gpus = loads.catalog.gpus().map(({ id }) => ({ id, title: `${count}${id}` }));
  return {
    name: deployment.name,
    place: `${document.uri.path.split("/").at(-1) ?? document.uri.path}:${line + 1}`,
    line,
    words: deploymentLine(deployment, variant),
    workloads: workloadChoices(loads, controls.ratePerSecond),
    gpus: controls.gpu === "" ? [{ id: "", title: vscode.l10n.t("not known") }, ...gpus] : gpus,
    replicas: replicasLine(deployment),
  };
}

/** Every workload that can be chosen; those that leave their rate open at this one. */
export function workloadChoices(loads: Loads, ratePerSecond: number | null): readonly WorkloadChoice[] {
  return loads.catalog.workloads().flatMap((name) => {
    const found = knownParts(loads, name);
    const numbers = found && numbersOf(loads, name, ratePerSecond);
    if (!numbers) return [];
    return [{ name, title: loads.catalog.workload(name)?.title ?? name, numbers, parts: found.parts, ratePerSecond: found.ratePerSecond }];
  });
}

function deploymentLine({ model, pools, engine: name }: Deployment, { settled }: Variant): string {
  const pool = pools[0];
  const version = pool?.engine.version?.value.text ?? settled?.pools[0]?.version.text;
  const engine = [`${engineNames[name]}${version ? ` ${version}` : ""}`, pool?.engine.arctic?.value === true ? "Arctic Inference" : ""]
    .filter(Boolean)
    .join(" + ");
  const threshold = settled?.pools[0]?.shiftThreshold ?? null;
  return [
    model?.value.name.split("/").at(-1) ?? vscode.l10n.t("model not known"),
    engine,
    settled ? deploymentWords(settled) : "",
    threshold === null ? "" : vscode.l10n.t("Shift at {0} tokens", threshold),
  ]
    .filter((part) => part !== "")
    .join(" · ");
}

function replicasLine({ pools, format, routing }: Deployment): string {
  // Of a pair the layout tells the instances of each pool.
  if (pools.some(({ role }) => role !== "mixed")) return "";
  const count = pools[0]?.instances?.value ?? 1;
  if (count <= 1) return "";
  if (routing) return vscode.l10n.t("over {0} replicas, spread {1}", count, translated(routingWords(routing.value)));
  return format.startsWith("k8s") || format === "lws"
    ? vscode.l10n.t("over {0} replicas, spread at random by the Service", count)
    : vscode.l10n.t("over {0} replicas, spread in turn", count);
}
