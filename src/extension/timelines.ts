import * as vscode from "vscode";
import { Runner } from "../platform/run-worker.ts";
import type { Entry, FromTimelineView } from "../protocol/timeline-view.ts";
import type { Documents } from "./documents.ts";
import { UserFacingError } from "./errors.ts";
import type { Log } from "./log.ts";
import { pageRequests } from "./page-requests.ts";
import { panelIdOf, panelSubject } from "./panel-subject.ts";
import { report as tellFailure } from "./register-command.ts";
import type { Reports } from "./reports.ts";
import { type Subject, type Subjects, subjectKey } from "./subject.ts";
import { TimelinePage } from "./timeline-page.ts";
import { TimelineSession } from "./timeline-session.ts";
import { saveTrace } from "./trace-file.ts";

const viewType = "inferenceLens.timeline";

interface Open {
  readonly session: TimelineSession;
  readonly runner: Runner;
}

/** All timeline pages: one a deployment, with its own worker for as long as it is open. */
export class Timelines implements vscode.Disposable {
  private readonly open = new Map<string, Open>();
  private readonly subscriptions: readonly vscode.Disposable[];

  constructor(
    private readonly extension: vscode.Uri,
    private readonly ports: { readonly documents: Documents; readonly subjects: Subjects; readonly reports: Reports },
    private readonly log: Log,
  ) {
    this.subscriptions = [
      ports.documents.onDidAnalyse((document) => this.fileRead(document)),
      ports.reports.onDidAskForTimeline(({ uri, deploymentId, name, wanted }) =>
        this.told(wanted.kind === "trace" ? this.trace(uri, deploymentId) : this.showOf(uri, deploymentId, name, wanted.entry)),
      ),
    ];
  }

  /** The timeline of a deployment's run; where it has none, one is made first, with its report. */
  async show(subject: Subject): Promise<void> {
    const { document, analysis } = subject;
    const { id, name } = analysis.deployment;
    if (!(await this.ports.reports.runOf(document.uri, id))) await this.ports.reports.simulate(subject);
    await this.showOf(document.uri, id, name, null);
  }

  /** A page that VS Code brings back after a reload. */
  async restore(panel: vscode.WebviewPanel, id: string): Promise<void> {
    const named = panelSubject(id);
    if (!named) {
      panel.dispose();
      return;
    }
    await this.adopt(panel, named.uri, named.deploymentId).session.open(null);
  }

  dispose(): void {
    for (const one of this.subscriptions) one.dispose();
    for (const { session, runner } of this.open.values()) {
      session.page.dispose();
      void runner.dispose();
    }
    this.open.clear();
  }

  private async showOf(uri: vscode.Uri, deploymentId: string, name: string, entry: Entry | null): Promise<void> {
    const before = this.open.get(subjectKey(uri, deploymentId));
    const { session } = before ?? this.adopt(this.panel(name), uri, deploymentId);
    session.page.reveal();
    await session.open(entry);
  }

  /** Runs what a report shows again, with a worker that lives as long as that, and saves it as a trace. */
  private async trace(uri: vscode.Uri, deploymentId: string): Promise<void> {
    const run = await this.ports.reports.runOf(uri, deploymentId);
    if (!run) throw new UserFacingError("nothing-here", vscode.l10n.t("There is no run of the file as it is now."));
    const runner = new Runner(this.worker);
    try {
      const { settled, workload, report } = run;
      const end = await runner.run({ settled, workload, seed: report.seed, recordFrom: 0 });
      if (end.kind !== "done" || !end.timeline || !end.outcome.report)
        throw new Error(end.kind === "failed" ? end.message : "The run could not be repeated.");
      await saveTrace(report.name, uri, end.timeline, end.outcome.report.requests);
    } finally {
      await runner.dispose();
    }
  }

  private get worker(): string {
    return vscode.Uri.joinPath(this.extension, "dist", "worker.js").fsPath;
  }

  private panel(name: string): vscode.WebviewPanel {
    const column = vscode.window.activeTextEditor ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
    // The picture is not kept while hidden, because the host can always draw it again.
    return vscode.window.createWebviewPanel(viewType, vscode.l10n.t("{0}: timeline", name), column, {
      enableFindWidget: true,
    });
  }

  private adopt(panel: vscode.WebviewPanel, uri: vscode.Uri, deploymentId: string): Open {
    const key = subjectKey(uri, deploymentId);
    const runner = new Runner(this.worker);
    const page = new TimelinePage(panel, this.extension, panelIdOf(uri, deploymentId), {
      receive: (request: FromTimelineView) => this.told(pageRequests(request, uri, deploymentId) ?? session.receive(request)),
      closed: () => {
        this.open.delete(key);
        page.dispose();
        void runner.dispose();
      },
    });
    const session = new TimelineSession(page, uri, {
      runner,
      run: () => this.ports.reports.runOf(uri, deploymentId),
      subject: () => this.ports.subjects.byId(uri, deploymentId),
    });
    const open = { session, runner };
    this.open.set(key, open);
    return open;
  }

  private fileRead(document: vscode.TextDocument): void {
    for (const one of this.ports.documents.analysis(document)?.deployments ?? [])
      this.open.get(subjectKey(document.uri, one.deployment.id))?.session.fileRead({ document, analysis: one });
  }

  private told(work: Promise<void>): void {
    work.catch((error: unknown) => tellFailure("timeline", error, this.log));
  }
}
