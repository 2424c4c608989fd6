import * as vscode from "vscode";
import { duration } from "../catalog/quantity.ts";
import type { Missing } from "../deployment/settled.ts";
import type { RunPool } from "../platform/run-pool.ts";
import type { RunEnd, Runner } from "../platform/run-worker.ts";
import type { FromReportView, ReportControls, ReportHeader, ToReportView } from "../protocol/report-view.ts";
import type { Report } from "../simulation/report/report.ts";
import { withRequests } from "../simulation/workload/at-rate.ts";
import { workloadProblem } from "../simulation/workload/load-problem.ts";
import { workloadNumbers } from "../simulation/workload/numbers.ts";
import { fullId } from "./command-ids.ts";
import { type FinishedRun, fingerprintOf, runOfReport } from "./finished-run.ts";
import { gatherEvidence, noEvidence } from "./report-evidence.ts";
import { headerOf, startingRate, type Variant, variantOf, workloadChoices } from "./report-model.ts";
import type { ReportPage } from "./report-page.ts";
import { type PlannedFrom, type PlanPorts, ReportPlans } from "./report-plans.ts";
import type { StoredReport } from "./report-store.ts";
import type { Subject } from "./subject.ts";
import { translated } from "./translate.ts";
import { asksForRate, chosenLoad, type Loads } from "./workload-choice.ts";

/** What a session needs from around it. */
export interface SessionPorts {
  readonly loads: () => Loads;
  /** Of the run that a person waits for: nothing else ever goes there. */
  readonly runner: Runner;
  /** Of what follows it. */
  readonly pool: RunPool;
  readonly plans: PlanPorts;
  /** The deployment as the file has it now; undefined where it is gone. */
  readonly subject: () => Promise<Subject | undefined>;
  /** Writes the load of the controls into the project, once a person named it. */
  readonly saveLoad: (controls: ReportControls, loads: Loads) => Promise<void>;
  readonly progress: (share: number) => void;
  readonly finished: (stored: StoredReport) => Promise<void>;
  /** The run ended without a report. */
  readonly ended: () => void;
  /** What follows a report went wrong; the report stays. */
  readonly failed: (error: unknown) => void;
}

/** One report page with its runs: closed form at once, then the simulation; a second run replaces the first. */
export class ReportSession {
  private header: ReportHeader | undefined;
  private fingerprint = "";
  private report: Report | undefined;
  private evidencing = new AbortController();
  private readonly plans: ReportPlans;
  /** What the report shown was made of; of a stored one that is found again where it is asked for. */
  private made: FinishedRun | undefined;
  private controls: ReportControls | undefined;

  constructor(
    private readonly page: ReportPage,
    private readonly ports: SessionPorts,
  ) {
    this.plans = new ReportPlans(ports.pool, (message) => this.page.show(message), ports.plans);
  }

  get lastReport(): Report | undefined {
    return this.report;
  }

  /** Shows a stored report as it was. */
  restore({ header, controls, report, evidence, wallSeconds, fingerprint }: StoredReport): void {
    this.header = header;
    this.fingerprint = fingerprint;
    this.report = report;
    this.made = undefined;
    this.controls = controls;
    this.page.show({ kind: "header", header, controls });
    this.page.show({ kind: "report", report, wallSeconds });
    this.page.show({ kind: "evidence", evidence });
    void this.resume(controls, report).catch(this.ports.failed);
  }

  /** What follows a report is looked for again, where the file is still what it was. */
  private async resume(controls: ReportControls, report: Report): Promise<void> {
    const subject = await this.ports.subject();
    const { fingerprint } = this;
    const made = subject && runOfReport({ report, controls, fingerprint }, subject, this.ports.loads());
    if (!made || this.report !== report) return;
    this.made = made;
    await this.plans.follow({ subject, controls, ...made });
  }

  /** The run that is shown, to be run again; undefined where there is none of the file as it is now. */
  async finishedRun(): Promise<FinishedRun | undefined> {
    const { report, controls } = this;
    if (this.made || !report || !controls) return this.made;
    const { fingerprint } = this;
    const subject = await this.ports.subject();
    const made = subject && runOfReport({ report, controls, fingerprint }, subject, this.ports.loads());
    if (report === this.report) this.made = made;
    return made;
  }

  /** Closed form, then the simulation. Resolves when the run has ended, in whatever way; what follows its report comes later. */
  async run(subject: Subject, asked: ReportControls): Promise<void> {
    const { runner } = this.ports;
    this.evidencing.abort();
    this.plans.stop();
    const loads = this.ports.loads();
    const variant = variantOf(subject.analysis, asked, loads);
    const controls = withRate(asked, variant, loads);
    this.fingerprint = fingerprintOf(subject);
    this.tell(subject, controls, variant);
    if (!variant.settled || !variant.estimate) {
      runner.stop();
      this.ports.ended();
      this.page.show(refusal(subject, variant));
      return;
    }
    const workload = chosenLoad(loads, controls);
    if (!workload) {
      this.page.show(problem("failed", vscode.l10n.t("There is no workload named {0}", controls.workload), []));
      return;
    }
    const total = workload.kind === "requests" ? workload.requests.length : 0;
    this.page.show({ kind: "running", simulatedSeconds: 0, totalSeconds: null, finished: 0, total });
    const started = performance.now();
    const end = await runner.run({
      settled: variant.settled,
      workload,
      seed: controls.seed,
      progress: ({ simulatedSeconds, finished, total: all }) => {
        this.ports.progress(all > 0 ? finished / all : 0);
        this.page.show({ kind: "running", simulatedSeconds, totalSeconds: null, finished, total: all });
      },
    });
    const stored = await this.end(end, subject, controls, (performance.now() - started) / 1000);
    if (!stored) return;
    this.made = { settled: variant.settled, workload, report: stored.report };
    this.followed(stored, { subject, controls, ...this.made });
  }

  /** What comes after the run is shown as it comes, side by side. */
  private followed(stored: StoredReport, from: PlannedFrom): void {
    void this.evidence(stored, from).catch(this.ports.failed);
    void this.plans.follow(from).catch(this.ports.failed);
  }

  /** Bands and nearest measured runs, kept with the report once they are whole. */
  private async evidence(stored: StoredReport, from: PlannedFrom): Promise<void> {
    const { pool, loads } = this.ports;
    this.evidencing = new AbortController();
    let latest = stored.evidence;
    const isWhole = await gatherEvidence(from, { pool, signal: this.evidencing.signal }, loads().catalog, (evidence) => {
      if (this.report !== stored.report) return;
      latest = evidence;
      this.page.show({ kind: "evidence", evidence });
    });
    if (isWhole && this.report === stored.report) await this.ports.finished({ ...stored, evidence: latest });
  }

  /** The file was read anew: says when the figures no longer belong to it. */
  fileChanged(subject: Subject): void {
    this.offerWorkloads();
    if (!this.report || fingerprintOf(subject) === this.fingerprint) return;
    this.page.show({ kind: "stale", reason: vscode.l10n.t("The file changed since this run.") });
  }

  async receive(message: FromReportView): Promise<void> {
    switch (message.kind) {
      case "run": {
        const subject = await this.ports.subject();
        if (subject) await this.run(subject, message.controls);
        else this.page.show(gone());
        break;
      }
      case "estimate": {
        const subject = await this.ports.subject();
        const loads = this.ports.loads();
        const known = subject && variantOf(subject.analysis, message.controls, loads).estimate;
        if (known) this.page.show({ kind: "estimate", estimate: known });
        if (message.controls.load) this.page.show(loadMessage(loads, message.controls));
        break;
      }
      case "save-workload":
        await this.ports.saveLoad(message.controls, this.ports.loads());
        break;
      case "cancel":
        this.ports.runner.stop();
        break;
      case "sweep":
      case "stop-sweep":
      case "apply":
      case "preview":
      case "compare":
        await this.plans.receive(message);
        break;
      default:
        break;
    }
  }

  private tell(subject: Subject, controls: ReportControls, variant: Variant): void {
    const loads = this.ports.loads();
    this.header = headerOf(subject, controls, variant, loads);
    this.page.show({ kind: "header", header: this.header, controls });
    if (controls.load) this.page.show(loadMessage(loads, controls));
    if (variant.estimate) this.page.show({ kind: "estimate", estimate: variant.estimate });
  }

  /** A workload was written or went: the page's list follows. */
  private offerWorkloads(): void {
    const { header, controls } = this;
    if (!header || !controls) return;
    const workloads = workloadChoices(this.ports.loads(), controls.ratePerSecond);
    if (JSON.stringify(workloads) === JSON.stringify(header.workloads)) return;
    this.header = { ...header, workloads };
    this.page.show({ kind: "workloads", workloads });
  }

  /** The report as it is kept; undefined where there is none. */
  private async end(
    end: RunEnd,
    { document, analysis }: Subject,
    controls: ReportControls,
    wallSeconds: number,
  ): Promise<StoredReport | undefined> {
    if (end.kind === "replaced") return undefined;
    const { header } = this;
    if (end.kind === "failed") {
      this.ports.ended();
      this.page.show(problem("failed", vscode.l10n.t("The simulation failed"), [end.message, ...end.stack.split("\n").slice(1, 6)]));
      return undefined;
    }
    const { report, error } = end.outcome;
    if (error) {
      this.ports.ended();
      const state = error.code === "does-not-fit" || error.code === "missing" ? error.code : "failed";
      this.page.show(problem(state, error.message, []));
      return undefined;
    }
    this.report = report;
    this.page.show({ kind: "report", report, wallSeconds });
    if (!header) return undefined;
    const { fingerprint } = this;
    const place = { uri: document.uri.toString(), deploymentId: analysis.deployment.id };
    const stored = { ...place, header, controls, report, evidence: noEvidence, wallSeconds, fingerprint };
    await this.ports.finished(stored);
    return stored;
  }
}

/** A rate for controls that came without one, such as a GPU chosen a moment ago. */
function withRate(controls: ReportControls, { estimate }: Variant, loads: Loads): ReportControls {
  return controls.ratePerSecond !== null || !estimate || !asksForRate(loads, controls)
    ? controls
    : { ...controls, ratePerSecond: startingRate(estimate), rateOrigin: "assumed" };
}

/** A changed load in numbers, of so many requests as tell them. */
function loadMessage(loads: Loads, controls: ReportControls): ToReportView {
  const workload = chosenLoad(loads, controls);
  const wrong = workload && workloadProblem(workload);
  const numbers = workload && wrong === undefined ? workloadNumbers(withRequests(workload, mostCounted), controls.seed) : undefined;
  return {
    kind: "load",
    numbers: numbers ? { ...numbers, requests: controls.load?.requests ?? numbers.requests } : null,
    problem: wrong ?? null,
  };
}

/** Requests out of which a load's numbers are told while it is being changed. */
const mostCounted = 5000;

function refusal({ analysis }: Subject, { settled, missing, plans }: Variant): ToReportView {
  if (!settled) return missingProblem(missing);
  const over = plans.find((plan) => !plan.fits)?.refusal;
  const words = analysis.findings
    .filter(({ code }) => code === "memory-overflow" || code === "kv-cache-too-small")
    .map((finding) => translated(finding.message));
  const title =
    over?.kind === "no-kv-memory"
      ? vscode.l10n.t("Does not fit: {0} GiB over on each GPU", (over.overBytes / 2 ** 30).toFixed(1))
      : over?.kind === "model-len"
        ? vscode.l10n.t(
            "One request of full length does not fit; the longest that does has {0} tokens",
            over.longest.toLocaleString(vscode.env.language),
          )
        : vscode.l10n.t("Does not fit");
  return problem("does-not-fit", title, words, { label: vscode.l10n.t("Show problems"), command: fullId("showProblems") });
}

function missingProblem(missing: readonly Missing[]): ToReportView {
  const [first] = missing;
  const action =
    first?.what === "gpu"
      ? { label: vscode.l10n.t("Choose GPU"), command: fullId("selectGpu") }
      : first?.what === "model"
        ? { label: vscode.l10n.t("Describe model"), command: fullId("describeModel") }
        : null;
  return problem(
    "missing",
    vscode.l10n.t("Too little is known to simulate this deployment"),
    missing.map(({ message }) => translated(message)),
    action,
  );
}

function gone(): ToReportView {
  return problem("missing", vscode.l10n.t("The deployment of this report is no longer in its file"), []);
}

function problem(
  state: "does-not-fit" | "missing" | "failed",
  title: string,
  lines: readonly string[],
  action: { readonly label: string; readonly command: string } | null = null,
): ToReportView {
  return { kind: "problem", state, title, lines, action };
}

/** One line for a notification: whether limits hold. */
export function outcomeWords({ name, summary, slo }: Report): string {
  const ttft = duration(summary.ttftSeconds.p95);
  if (slo?.ttftSeconds == null) return vscode.l10n.t("Simulation of {0} is done: TTFT p95 {1}.", name, ttft);
  return summary.ttftSeconds.p95 > slo.ttftSeconds
    ? vscode.l10n.t("Simulation of {0} is done: misses TTFT, {1}.", name, ttft)
    : vscode.l10n.t("Simulation of {0} is done: TTFT p95 {1}, within its limit.", name, ttft);
}
