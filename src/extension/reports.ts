import * as vscode from "vscode";
import { RunPool } from "../platform/run-pool.ts";
import { Runner } from "../platform/run-worker.ts";
import type { FromReportView } from "../protocol/report-view.ts";
import type { Entry } from "../protocol/timeline-view.ts";
import type { Report } from "../simulation/report/report.ts";
import { UserFacingError } from "./errors.ts";
import { type FinishedRun, runOfReport } from "./finished-run.ts";
import type { LensStates } from "./lens-states.ts";
import type { Log } from "./log.ts";
import { openGuide } from "./open-guide.ts";
import { pageRequests } from "./page-requests.ts";
import { report as tellFailure } from "./register-command.ts";
import { firstControls } from "./report-model.ts";
import { ReportPage } from "./report-page.ts";
import type { PlanPorts } from "./report-plans.ts";
import { outcomeWords, ReportSession } from "./report-session.ts";
import { ReportStore, type StoredReport } from "./report-store.ts";
import { saveLoad } from "./save-load.ts";
import { Settings } from "./settings.ts";
import { saveStandalonePage } from "./standalone-page.ts";
import { type Subject, subjectKey } from "./subject.ts";

const viewType = "inferenceLens.report";
/** Runs longer than this say that they are done, where their page is hidden. */
const longRunMs = 10_000;

interface Open {
  readonly page: ReportPage;
  readonly session: ReportSession;
  readonly runner: Runner;
  readonly pool: RunPool;
}

interface ReportsPorts extends PlanPorts {
  readonly lenses: LensStates;
}

/** The timeline of a deployment's run: its page, at a request where one is named, or its trace. */
interface TimelineRequest {
  readonly uri: vscode.Uri;
  readonly deploymentId: string;
  readonly name: string;
  readonly wanted: { readonly kind: "timeline"; readonly entry: Entry | null } | { readonly kind: "trace" };
}

/** All report pages: one a deployment, with its own worker for as long as it is open. */
export class Reports implements vscode.Disposable {
  private readonly open = new Map<string, Open>();
  private readonly store: ReportStore;
  private readonly subscription: vscode.Disposable;
  private readonly timelines = new vscode.EventEmitter<TimelineRequest>();
  /** A report page asks for the timeline of its run. */
  readonly onDidAskForTimeline = this.timelines.event;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly ports: ReportsPorts,
    private readonly log: Log,
  ) {
    const { documents } = ports;
    this.store = new ReportStore(context);
    this.subscription = documents.onDidAnalyse((document) => this.fileRead(document).catch((error: unknown) => log.error("report", error)));
  }

  /** Opens the page of a deployment and runs it there with its own workload, GPU and limits. */
  async simulate(subject: Subject): Promise<void> {
    const { document, analysis } = subject;
    const { session, page } = this.pageFor(document.uri, analysis.deployment.id, analysis.deployment.name);
    const started = performance.now();
    const workload = new Settings(document.uri).assumptions().workload ?? "chat";
    await session.run(subject, firstControls(analysis, workload, this.ports.documents.loadsFor(document.uri)));
    const done = session.lastReport;
    if (done && !page.isVisible && performance.now() - started > longRunMs) void this.tellDone(page, done);
  }

  cancel(subject: Subject): void {
    this.open.get(keyOf(subject))?.runner.stop();
    this.ports.lenses.stopBackground();
  }

  /** The report of a deployment: its page, else the stored one, else a new run. */
  async show(subject: Subject): Promise<void> {
    const key = keyOf(subject);
    const open = this.open.get(key);
    const stored = open ? undefined : await this.store.load(ReportStore.idOf(key));
    if (open) open.page.reveal();
    else if (stored) this.reopen(stored);
    else await this.simulate(subject);
  }

  /** Lets a person choose among the last reports. */
  async choose(): Promise<void> {
    const items = this.store.list().map(({ id, name, place }) => ({ label: name, description: place, id }));
    if (items.length === 0)
      throw new UserFacingError("nothing-here", vscode.l10n.t("There is no report yet: simulate a deployment first."));
    const choice = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t("Which report?") });
    const stored = choice && (await this.store.load(choice.id));
    if (stored) this.reopen(stored);
  }

  /** A page that VS Code brings back after a reload. */
  async restore(panel: vscode.WebviewPanel, id: string): Promise<void> {
    const stored = await this.store.load(id);
    if (!stored) {
      panel.dispose();
      return;
    }
    this.adopt(panel, vscode.Uri.parse(stored.uri, true), stored.deploymentId).session.restore(stored);
    this.ports.lenses.simulated(stored, false);
  }

  reportOf(uri: vscode.Uri, deploymentId: string): Report | undefined {
    return this.open.get(subjectKey(uri, deploymentId))?.session.lastReport;
  }

  /** The run of a deployment's report, to be run again; undefined where there is none of the file as it is now. */
  async runOf(uri: vscode.Uri, deploymentId: string): Promise<FinishedRun | undefined> {
    const key = subjectKey(uri, deploymentId);
    const open = this.open.get(key);
    if (open) return open.session.finishedRun();
    const [stored, subject] = await Promise.all([this.store.load(ReportStore.idOf(key)), this.ports.subjects.byId(uri, deploymentId)]);
    return stored && subject && runOfReport(stored, subject, this.ports.documents.loadsFor(uri));
  }

  dispose(): void {
    this.subscription.dispose();
    this.timelines.dispose();
    for (const { page, runner, pool } of this.open.values()) {
      page.dispose();
      void runner.dispose();
      void pool.dispose();
    }
    this.open.clear();
  }

  private reopen(stored: StoredReport): void {
    const { session, page } = this.pageFor(vscode.Uri.parse(stored.uri, true), stored.deploymentId, stored.header.name);
    session.restore(stored);
    page.reveal();
  }

  private pageFor(uri: vscode.Uri, deploymentId: string, name: string): Open {
    const open = this.open.get(subjectKey(uri, deploymentId));
    if (open) {
      open.page.reveal();
      return open;
    }
    const column = vscode.window.activeTextEditor ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
    const panel = vscode.window.createWebviewPanel(viewType, vscode.l10n.t("{0}: report", name), column, webviewBehaviour);
    return this.adopt(panel, uri, deploymentId);
  }

  private adopt(panel: vscode.WebviewPanel, uri: vscode.Uri, deploymentId: string): Open {
    const key = subjectKey(uri, deploymentId);
    const extension = this.context.extensionUri;
    const worker = vscode.Uri.joinPath(extension, "dist", "worker.js").fsPath;
    const runner = new Runner(worker);
    const pool = new RunPool(worker);
    const receive = (message: FromReportView): void => {
      if (message.kind === "timeline" || message.kind === "trace") {
        this.timelines.fire({ uri, deploymentId, name: session.lastReport?.name ?? deploymentId, wanted: message });
        return;
      }
      const handled =
        message.kind === "explain"
          ? openGuide(extension)
          : message.kind === "save-page"
            ? saveStandalonePage(message, extension, uri)
            : (pageRequests(message, uri, deploymentId) ?? session.receive(message));
      handled.catch((error: unknown) => tellFailure("report", error, this.log));
    };
    const page = new ReportPage(panel, extension, ReportStore.idOf(key), receive, () => {
      this.open.delete(key);
      this.ports.lenses.running(uri, deploymentId, undefined);
      page.dispose();
      void runner.dispose();
      void pool.dispose();
    });
    const session = new ReportSession(page, {
      loads: () => this.ports.documents.loadsFor(uri),
      saveLoad: (controls, loads) => saveLoad(uri, controls, loads),
      runner,
      pool,
      plans: this.ports,
      subject: () => this.ports.subjects.byId(uri, deploymentId),
      progress: (share) => this.ports.lenses.running(uri, deploymentId, share),
      finished: async (stored) => {
        this.ports.lenses.simulated(stored, false);
        await this.store.save(ReportStore.idOf(key), stored);
      },
      ended: () => this.ports.lenses.running(uri, deploymentId, undefined),
      failed: (error) => this.log.error("report", error),
    });
    const open = { page, session, runner, pool };
    this.open.set(key, open);
    return open;
  }

  private async fileRead(document: vscode.TextDocument): Promise<void> {
    const analysis = this.ports.documents.analysis(document);
    for (const one of analysis?.deployments ?? []) {
      this.open.get(subjectKey(document.uri, one.deployment.id))?.session.fileChanged({ document, analysis: one });
    }
  }

  private async tellDone(page: ReportPage, done: Report): Promise<void> {
    const openReport = vscode.l10n.t("Open report");
    if ((await vscode.window.showInformationMessage(outcomeWords(done), openReport)) === openReport) page.reveal();
  }
}

/** Find works in the page; its picture is not kept while hidden, because the host can always draw it again. */
const webviewBehaviour: vscode.WebviewPanelOptions = { enableFindWidget: true };

function keyOf({ document, analysis }: Subject): string {
  return subjectKey(document.uri, analysis.deployment.id);
}
