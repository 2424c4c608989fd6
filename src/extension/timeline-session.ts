import * as vscode from "vscode";
import { settingPlaces } from "../language/setting-places.ts";
import type { Runner } from "../platform/run-worker.ts";
import type { Entry, FromTimelineView, TimelineHeader } from "../protocol/timeline-view.ts";
import type { RequestRecords } from "../simulation/report/report.ts";
import type { Timeline } from "../simulation/timeline/timeline.ts";
import { UserFacingError } from "./errors.ts";
import { type FinishedRun, fingerprintOf } from "./finished-run.ts";
import type { Subject } from "./subject.ts";
import type { TimelinePage } from "./timeline-page.ts";
import { saveTrace } from "./trace-file.ts";

/** What a session needs from around it. */
export interface TimelinePorts {
  readonly runner: Runner;
  /** The run that the deployment's report shows; undefined where there is none of the file as it is now. */
  readonly run: () => Promise<FinishedRun | undefined>;
  /** The deployment as the file has it now; undefined where it is gone. */
  readonly subject: () => Promise<Subject | undefined>;
}

/** One timeline page with its run: the run of the report again, which writes down what happens this time. */
export class TimelineSession {
  private fingerprint = "";
  private shown: { readonly run: FinishedRun; readonly timeline: Timeline; readonly requests: RequestRecords } | undefined;

  constructor(
    readonly page: TimelinePage,
    readonly uri: vscode.Uri,
    private readonly ports: TimelinePorts,
  ) {}

  /** Shows a request of the run that the report shows now; writes that run down first where another one is shown. */
  async open(entry: Entry | null): Promise<void> {
    const run = await this.ports.run();
    if (!run) {
      const title = vscode.l10n.t("There is no run of the file as it is now.");
      this.page.show({ kind: "problem", title, lines: [vscode.l10n.t("Simulate it, and open its timeline from the report.")] });
      return;
    }
    if (this.shown?.run.report !== run.report) await this.record(run, 0);
    if (entry !== null && this.shown) this.page.show({ kind: "select", entry });
  }

  /** The file was read anew: its settings may stand elsewhere, and the run may no longer be of it. */
  fileRead(subject: Subject): void {
    this.page.show({ kind: "places", places: settingPlaces(subject.analysis.deployment) });
    if (this.shown && fingerprintOf(subject) !== this.fingerprint)
      this.page.show({ kind: "stale", reason: vscode.l10n.t("The file changed since this run.") });
  }

  async receive(request: FromTimelineView): Promise<void> {
    if (request.kind === "record" && this.shown) await this.record(this.shown.run, request.fromSeconds);
    if (request.kind === "export") await this.export();
  }

  private async record(run: FinishedRun, fromSeconds: number): Promise<void> {
    const { page, ports } = this;
    const subject = await ports.subject();
    if (subject) {
      this.fingerprint = fingerprintOf(subject);
      page.show({ kind: "header", header: headerOf(subject, run) });
      page.show({ kind: "places", places: settingPlaces(subject.analysis.deployment) });
    }
    const { settled, workload, report } = run;
    const progress = ({ finished, total }: { readonly finished: number; readonly total: number }): void =>
      page.show({ kind: "running", finished, total });
    const end = await ports.runner.run({ settled, workload, seed: report.seed, recordFrom: fromSeconds, progress });
    if (end.kind === "replaced") return;
    const timeline = end.kind === "done" ? end.timeline : null;
    const written = end.kind === "done" ? end.outcome.report : undefined;
    if (!timeline || !written) {
      const why = end.kind === "failed" ? end.message : (end.outcome.error?.message ?? "");
      page.show({ kind: "problem", title: vscode.l10n.t("The simulation failed"), lines: [why] });
      return;
    }
    const { requests, slo, series } = written;
    const { t, running, preemptionsPerSecond } = series;
    this.shown = { run, timeline, requests };
    page.show({ kind: "run", run: { timeline, requests, slo, overview: { t, running, preemptionsPerSecond } } });
  }

  private async export(): Promise<void> {
    const { shown, uri } = this;
    if (!shown) throw new UserFacingError("nothing-here", vscode.l10n.t("There is no run to export yet."));
    await saveTrace(shown.run.report.name, uri, shown.timeline, shown.requests);
  }
}

function headerOf({ document, analysis }: Subject, { report }: FinishedRun): TimelineHeader {
  const { name, anchor } = analysis.deployment;
  const { line } = anchor.start;
  const file = document.uri.path.split("/").at(-1) ?? document.uri.path;
  return { name, place: `${file}:${line + 1}`, line, file, words: `${report.layout} · ${report.gpus} × ${report.gpuName}` };
}
