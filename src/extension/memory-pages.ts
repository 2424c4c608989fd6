import * as vscode from "vscode";
import type { StartLog } from "../live/starts/start-log.ts";
import type { FromMemoryView } from "../protocol/memory-view.ts";
import { peakRunning } from "../simulation/report/peak-running.ts";
import type { Documents } from "./documents.ts";
import { KeptByPage } from "./kept-by-page.ts";
import type { Log } from "./log.ts";
import type { KeptLog } from "./memory-model.ts";
import { MemoryPage } from "./memory-page.ts";
import { MemorySession } from "./memory-session.ts";
import { pageRequests } from "./page-requests.ts";
import { panelIdOf, panelSubject } from "./panel-subject.ts";
import { report as tellFailure } from "./register-command.ts";
import type { Reports } from "./reports.ts";
import { type Subject, type Subjects, subjectKey } from "./subject.ts";
import type { VirtualTexts } from "./virtual-texts.ts";

const viewType = "inferenceLens.memory";

/** A deployment with the start-up log that stands beside it. */
export interface LoggedSubject {
  readonly subject: Subject;
  readonly log: StartLog;
}

interface MemoryPagesPorts {
  readonly documents: Documents;
  readonly subjects: Subjects;
  readonly reports: Reports;
  readonly texts: VirtualTexts;
}

/** All memory pages: one a deployment. Each follows its file as it is edited. */
export class MemoryPages implements vscode.Disposable {
  private readonly open = new Map<string, MemorySession>();
  private readonly startLogs: KeptByPage<KeptLog>;
  private readonly compared = new vscode.EventEmitter<LoggedSubject>();
  private readonly subscriptions: readonly vscode.Disposable[];
  /** A start-up log was dropped on a page, pasted or imported, or its figures are asked for. */
  readonly onDidCompare = this.compared.event;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly ports: MemoryPagesPorts,
    private readonly log: Log,
  ) {
    this.startLogs = new KeptByPage(context.workspaceState, "inferenceLens.keptStartLogs", String(context.extension.packageJSON.version));
    this.subscriptions = [
      this.compared,
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) for (const one of this.of(document.uri)) one.edited();
      }),
      ports.documents.onDidAnalyse(({ uri }) => {
        for (const one of this.of(uri)) this.told(one.read());
      }),
    ];
  }

  async show(subject: Subject): Promise<void> {
    (await this.pageOf(subject)).page.reveal();
  }

  /** Opens the page of a deployment with a start-up log beside the prediction of its first pool. */
  async compare(subject: Subject, name: string, text: string): Promise<void> {
    const session = await this.pageOf(subject);
    await session.compare(name, text, 0);
    session.page.reveal();
  }

  /** A page that VS Code brings back after a reload. */
  async restore(panel: vscode.WebviewPanel, id: string): Promise<void> {
    const named = panelSubject(id);
    if (named) await this.adopt(panel, named.uri, named.deploymentId).read();
    else panel.dispose();
  }

  dispose(): void {
    for (const one of this.subscriptions) one.dispose();
    for (const { page } of this.open.values()) page.dispose();
    this.open.clear();
  }

  private async pageOf({ document, analysis: { deployment } }: Subject): Promise<MemorySession> {
    const before = this.open.get(subjectKey(document.uri, deployment.id));
    if (before) return before;
    const column = vscode.window.activeTextEditor ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
    const title = vscode.l10n.t("{0}: memory", deployment.name);
    // The picture is not kept while hidden, because the host can always draw it again.
    const panel = vscode.window.createWebviewPanel(viewType, title, column, { enableFindWidget: true });
    const session = this.adopt(panel, document.uri, deployment.id);
    await session.read();
    return session;
  }

  private adopt(panel: vscode.WebviewPanel, uri: vscode.Uri, deploymentId: string): MemorySession {
    const key = subjectKey(uri, deploymentId);
    const id = panelIdOf(uri, deploymentId);
    const page = new MemoryPage(panel, this.context.extensionUri, id, {
      receive: (request: FromMemoryView) => this.told(pageRequests(request, uri, deploymentId) ?? session.receive(request)),
      returned: () => this.told(session.returned()),
      closed: () => {
        this.open.delete(key);
        page.dispose();
      },
    });
    const session = new MemorySession(page, uri, deploymentId, {
      ...this.ports,
      log: this.startLogs.of(id),
      runningPeak: () => {
        const report = this.ports.reports.reportOf(uri, deploymentId);
        return report && peakRunning(report.requests);
      },
      keepLog: (log) => this.startLogs.keep(id, log),
      compared: (subject, log) => this.compared.fire({ subject, log }),
    });
    this.open.set(key, session);
    return session;
  }

  private of(uri: vscode.Uri): readonly MemorySession[] {
    return [...this.open.values()].filter((one) => one.uri.toString() === uri.toString());
  }

  private told(work: Promise<void>): void {
    work.catch((error: unknown) => tellFailure("memory", error, this.log));
  }
}
