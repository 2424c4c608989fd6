import * as vscode from "vscode";
import { message } from "../deployment/message.ts";
import { analyse } from "../language/analysis.ts";
import { type Lever, triedLevers } from "../language/memory-levers.ts";
import { readStartLog } from "../live/starts/read-start-log.ts";
import type { StartLog } from "../live/starts/start-log.ts";
import type { FromMemoryView } from "../protocol/memory-view.ts";
import { workspaceEdit } from "./convert.ts";
import type { Documents } from "./documents.ts";
import { UserFacingError } from "./errors.ts";
import { comparisonOf, gone, type KeptLog, leverViews, memoryHeader, memoryMessage } from "./memory-model.ts";
import type { MemoryPage } from "./memory-page.ts";
import type { Subject, Subjects } from "./subject.ts";
import { translated } from "./translate.ts";
import type { VirtualTexts } from "./virtual-texts.ts";

/** What a session needs from around it. */
export interface MemoryPorts {
  /** The start-up log that stood on this page before a reload of the window. */
  readonly log: KeptLog | undefined;
  /** Most requests that ran at once in the last simulation. */
  readonly runningPeak: () => number | undefined;
  readonly keepLog: (log: KeptLog | undefined) => Promise<void>;
  /** A start-up log was put beside the prediction, or is asked for its figures. */
  readonly compared: (subject: Subject, log: StartLog) => void;
  readonly documents: Documents;
  readonly subjects: Subjects;
  readonly texts: VirtualTexts;
}

/** One memory page with its deployment: follows the file, tries and applies changes, keeps a start-up log beside the prediction. */
export class MemorySession {
  /** Counts what was read, so that what was tried on an older text is thrown away. */
  private reading = 0;
  /** The text was read anew while the page was hidden. */
  private isDue = false;
  private log: KeptLog | undefined;

  constructor(
    readonly page: MemoryPage,
    readonly uri: vscode.Uri,
    private readonly deploymentId: string,
    private readonly ports: MemoryPorts,
  ) {
    this.log = ports.log;
  }

  /** At once, before the text is read again. */
  edited(): void {
    this.page.show({ kind: "stale", reason: message("The file is being edited: these figures are of the text before") });
  }

  /** The page is looked at again: what was left out while it was hidden is due. */
  async returned(): Promise<void> {
    if (this.isDue) await this.read();
  }

  /** Sends what the file says now; trying the changes waits until that is on its way. */
  async read(): Promise<void> {
    const { page, uri } = this;
    this.isDue = !page.isVisible;
    const reading = ++this.reading;
    const subject = await this.subject();
    if (reading !== this.reading) return;
    if (!subject) {
      this.lost();
      return;
    }
    const { analysis, document } = subject;
    page.show({ kind: "header", header: memoryHeader(analysis.deployment, nameOf(uri)) });
    page.show(memoryMessage(analysis, this.ports.documents.catalogFor(document.uri)));
    if (this.log) page.show({ kind: "comparison", comparison: comparisonOf(analysis, this.log) });
    if (this.isDue) return;
    const levers = await this.leversOf(subject, () => reading !== this.reading || document.isClosed);
    if (levers) page.show({ kind: "levers", levers: leverViews(levers, nameOf(uri)) });
  }

  /** Puts a start-up log beside the prediction; the name is empty for a pasted text. */
  async compare(name: string, text: string, pool: number): Promise<void> {
    this.log = { name, pool, log: readStartLog(text) };
    const subject = await this.subject();
    if (subject) this.page.show({ kind: "comparison", comparison: comparisonOf(subject.analysis, this.log) });
    if (subject && this.log.log) this.ports.compared(subject, this.log.log);
    await this.ports.keepLog(this.log.log ? this.log : undefined);
  }

  async receive(request: FromMemoryView): Promise<void> {
    switch (request.kind) {
      case "apply":
      case "preview":
        await this.change(request);
        break;
      case "start-log":
        await this.compare(request.name, request.text, request.pool);
        break;
      case "keep-log": {
        const subject = await this.subject();
        if (subject && this.log?.log) this.ports.compared(subject, this.log.log);
        break;
      }
      case "forget-log":
        this.log = undefined;
        this.page.show({ kind: "comparison", comparison: null });
        await this.ports.keepLog(undefined);
        break;
      default:
        break;
    }
  }

  private async subject(): Promise<Subject | undefined> {
    try {
      return await this.ports.subjects.byId(this.uri, this.deploymentId);
    } catch {
      // The file is gone, or cannot be opened: the page says that its deployment is not there.
      return undefined;
    }
  }

  /** Where the text broke, what was last good stays; else the deployment is gone. */
  private lost(): void {
    const document = vscode.workspace.textDocuments.find((one) => one.uri.toString() === this.uri.toString());
    const broken = document && this.ports.documents.brokenAt(document);
    if (broken) {
      const line = broken.range.start.line + 1;
      const reason = message("The file cannot be read at line {0}: these figures are of the text before", line);
      this.page.show({ kind: "stale", reason });
    } else this.page.show(gone());
  }

  /** Each change is tried by itself, so that the editor goes on in between; undefined where that became pointless. */
  private async leversOf({ document, analysis }: Subject, isPointless: () => boolean): Promise<readonly Lever[] | undefined> {
    const whole = this.ports.documents.analysis(document);
    if (!whole) return [];
    const options = this.ports.documents.options(document.uri);
    const again = (text: string): ReturnType<typeof analyse> => analyse(text, { ...options, before: whole });
    const runningPeak = this.ports.runningPeak();
    const levers: Lever[] = [];
    for (const lever of triedLevers(analysis, {
      text: document.getText(),
      analysis: whole,
      again,
      catalog: options.catalog,
      runningPeak,
    })) {
      if (lever) levers.push(lever);
      await new Promise((go) => setImmediate(go));
      if (isPointless()) return undefined;
    }
    return levers;
  }

  /** Applies or shows a change, tried anew on the text as it is now. */
  private async change({ kind, key }: Extract<FromMemoryView, { kind: "apply" | "preview" }>): Promise<void> {
    const subject = await this.subject();
    const levers = subject && (await this.leversOf(subject, () => false));
    const lever = levers?.find((one) => one.key === key);
    if (!subject || !lever || lever.edits.length === 0)
      throw new UserFacingError("nothing-here", vscode.l10n.t("The file changed, and this change no longer helps."));
    const title = translated(lever.title);
    if (kind === "preview") {
      await this.ports.texts.preview(subject.document, lever.edits, title);
      return;
    }
    await vscode.workspace.applyEdit(workspaceEdit(this.uri, lever.edits));
    vscode.window.setStatusBarMessage(vscode.l10n.t("Changed in {0}: {1}", nameOf(this.uri), title), 5000);
  }
}

function nameOf(uri: vscode.Uri): string {
  return uri.path.split("/").at(-1) ?? uri.path;
}
