import * as vscode from "vscode";
import { message } from "../deployment/message.ts";
import { analyse } from "../language/analysis.ts";
import { type Lever, memoryLevers } from "../language/memory-levers.ts";
import type { FromMemoryView } from "../protocol/memory-view.ts";
import { workspaceEdit } from "./convert.ts";
import type { Documents } from "./documents.ts";
import { UserFacingError } from "./errors.ts";
import type { Log } from "./log.ts";
import { gone, leverViews, memoryHeader, memoryMessage } from "./memory-model.ts";
import { MemoryPage } from "./memory-page.ts";
import { MemoryPreview } from "./memory-preview.ts";
import { pageRequests } from "./page-requests.ts";
import { report as tellFailure } from "./register-command.ts";
import { type Subject, type Subjects, subjectKey } from "./subject.ts";
import { translated } from "./translate.ts";

const viewType = "inferenceLens.memory";

interface Open {
  readonly page: MemoryPage;
  readonly uri: vscode.Uri;
  readonly deploymentId: string;
  /** Counts what was read, so that what was tried on an older text is thrown away. */
  reading: number;
  /** The text was read anew while the page was hidden. */
  isDue: boolean;
}

/** All memory pages: one a deployment. Each follows its file as it is edited. */
export class MemoryPages implements vscode.Disposable {
  private readonly open = new Map<string, Open>();
  private readonly preview = new MemoryPreview();
  private readonly subscriptions: readonly vscode.Disposable[];

  constructor(
    private readonly extension: vscode.Uri,
    private readonly documents: Documents,
    private readonly subjects: Subjects,
    private readonly log: Log,
  ) {
    this.subscriptions = [
      this.preview,
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.edited(document.uri);
      }),
      documents.onDidAnalyse(({ uri }) => {
        for (const one of this.of(uri)) this.later(one);
      }),
    ];
  }

  async show({ document, analysis: { deployment } }: Subject): Promise<void> {
    const before = this.open.get(subjectKey(document.uri, deployment.id));
    if (before) {
      before.page.reveal();
      return;
    }
    const column = vscode.window.activeTextEditor ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
    const title = vscode.l10n.t("{0}: memory", deployment.name);
    // The picture is not kept while hidden, because the host can always draw it again.
    const panel = vscode.window.createWebviewPanel(viewType, title, column, { enableFindWidget: true });
    await this.read(this.adopt(panel, document.uri, deployment.id));
  }

  /** A page that VS Code brings back after a reload. */
  async restore(panel: vscode.WebviewPanel, id: string): Promise<void> {
    const named = subjectOf(id);
    if (named) await this.read(this.adopt(panel, named.uri, named.deploymentId));
    else panel.dispose();
  }

  dispose(): void {
    for (const one of this.subscriptions) one.dispose();
    for (const { page } of this.open.values()) page.dispose();
    this.open.clear();
  }

  private adopt(panel: vscode.WebviewPanel, uri: vscode.Uri, deploymentId: string): Open {
    const key = subjectKey(uri, deploymentId);
    const receive = (request: FromMemoryView): void => {
      const handled = pageRequests(request, uri, deploymentId) ?? this.change(one, request);
      handled.catch((error: unknown) => tellFailure("memory", error, this.log));
    };
    const closed = (): void => {
      this.open.delete(key);
      page.dispose();
    };
    const returned = (): void => {
      if (one.isDue) this.later(one);
    };
    const page = new MemoryPage(panel, this.extension, panelIdOf(uri, deploymentId), receive, closed, returned);
    const one: Open = { page, uri, deploymentId, reading: 0, isDue: false };
    this.open.set(key, one);
    return one;
  }

  private of(uri: vscode.Uri): readonly Open[] {
    return [...this.open.values()].filter((one) => one.uri.toString() === uri.toString());
  }

  /** At once, before the text is read again. */
  private edited(uri: vscode.Uri): void {
    const reason = message("The file is being edited: these figures are of the text before");
    for (const { page } of this.of(uri)) page.show({ kind: "stale", reason });
  }

  private later(one: Open): void {
    this.read(one).catch((error: unknown) => tellFailure("memory", error, this.log));
  }

  /** Sends what the file says now; trying the changes waits until that is on its way. */
  private async read(one: Open): Promise<void> {
    const { page, uri, deploymentId } = one;
    one.isDue = !page.isVisible;
    const reading = ++one.reading;
    const subject = await this.subjects.byId(uri, deploymentId).catch(() => undefined);
    if (reading !== one.reading) return;
    if (!subject) {
      this.lost(one);
      return;
    }
    const fileName = nameOf(uri);
    const { analysis, document } = subject;
    page.show({ kind: "header", header: memoryHeader(analysis.deployment, fileName) });
    page.show(memoryMessage(analysis, this.documents.catalogFor(document.uri)));
    if (one.isDue) return;
    await new Promise((go) => setImmediate(go));
    if (reading !== one.reading || document.isClosed) return;
    page.show({ kind: "levers", levers: leverViews(this.leversOf(subject), fileName) });
  }

  /** Where the text broke, what was last good stays; else the deployment is gone. */
  private lost({ page, uri }: Open): void {
    const document = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri.toString());
    const broken = document && this.documents.brokenAt(document);
    if (broken) {
      const reason = message("The file cannot be read at line {0}: these figures are of the text before", broken.range.start.line + 1);
      page.show({ kind: "stale", reason });
    } else page.show(gone());
  }

  private leversOf({ document, analysis }: Subject): readonly Lever[] {
    const whole = this.documents.analysis(document);
    if (!whole) return [];
    const options = this.documents.options(document.uri);
    const again = (text: string): ReturnType<typeof analyse> => analyse(text, { ...options, before: whole });
    return memoryLevers(analysis, { text: document.getText(), analysis: whole, again, catalog: options.catalog });
  }

  /** Applies or shows a change, tried anew on the text as it is now. */
  private async change({ uri, deploymentId }: Open, request: FromMemoryView): Promise<void> {
    if (request.kind !== "apply" && request.kind !== "preview") return;
    const subject = await this.subjects.byId(uri, deploymentId);
    const lever = subject && this.leversOf(subject).find(({ key }) => key === request.key);
    if (!lever || lever.edits.length === 0)
      throw new UserFacingError("nothing-here", vscode.l10n.t("The file changed, and this change no longer helps."));
    if (request.kind === "preview") {
      await this.preview.show(subject.document, lever.edits, translated(lever.title));
      return;
    }
    await vscode.workspace.applyEdit(workspaceEdit(uri, lever.edits));
    vscode.window.setStatusBarMessage(vscode.l10n.t("Changed in {0}: {1}", nameOf(uri), translated(lever.title)), 5000);
  }
}

function nameOf(uri: vscode.Uri): string {
  return uri.path.split("/").at(-1) ?? uri.path;
}

/** What a page keeps of its subject across reloads, and what such words stand for; undefined where they are none of ours. */
function panelIdOf(uri: vscode.Uri, deploymentId: string): string {
  return `${uri.toString()} ${deploymentId}`;
}

function subjectOf(id: string): { readonly uri: vscode.Uri; readonly deploymentId: string } | undefined {
  const [, uri, deploymentId] = /^(\S+) (.+)$/s.exec(id) ?? [];
  return uri === undefined || deploymentId === undefined ? undefined : { uri: vscode.Uri.parse(uri, true), deploymentId };
}
