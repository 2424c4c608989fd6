import * as vscode from "vscode";
import type { Range } from "../deployment/text.ts";
import { analyse } from "../language/analysis.ts";
import { type DriftFinding, driftFindings, driftFix, reviewedEdits } from "../language/drift-findings.ts";
import type { FixOptions } from "../language/fixes.ts";
import { ignoreHere } from "../language/ignore-fix.ts";
import { touches } from "../language/position.ts";
import type { DeploymentAnalysis } from "../language/results.ts";
import { changedSettings } from "../live/drift/changed-settings.ts";
import { type Drift, driftRows } from "../live/drift/drift.ts";
import { driftOf } from "../live/drift/drift-of.ts";
import type { RunningServer } from "../live/running/running-server.ts";
import type { LiveEvent } from "../live/source.ts";
import type { ToLiveView } from "../protocol/live-view.ts";
import type { Fix } from "../rules/rule.ts";
import { diagnosticsOf } from "./diagnostics.ts";
import type { Documents } from "./documents.ts";
import { UserFacingError } from "./errors.ts";
import { ProblemBoard } from "./problem-board.ts";
import { Settings } from "./settings.ts";
import type { Subject } from "./subject.ts";
import type { VirtualTexts } from "./virtual-texts.ts";

interface Compared {
  readonly uri: vscode.Uri;
  readonly deploymentId: string;
  readonly running: RunningServer;
  drift: readonly Drift[];
}

/** One fix for a difference at a place, as the code actions offer it. */
export interface DriftActions {
  readonly found: DriftFinding;
  readonly fixes: readonly Fix[];
}

/** What attached servers run otherwise than their files say: findings at the file's lines, rows and marks for the pages. */
export class LiveDrift implements vscode.Disposable {
  private readonly board = new ProblemBoard("inference-lens-server");
  private readonly compared = new Map<string, Compared>();
  private readonly changed = new vscode.EventEmitter<string>();
  /** The file of this server was changed, and with it what differs. */
  readonly onDidChange = this.changed.event;
  private readonly subscriptions: readonly vscode.Disposable[];

  constructor(
    private readonly documents: Documents,
    private readonly texts: VirtualTexts,
  ) {
    this.subscriptions = [
      documents.onDidAnalyse((document) => this.again(document.uri)),
      documents.onDidClose((uri) => {
        for (const [server, { uri: own }] of this.compared) if (own.toString() === uri.toString()) this.board.delete(server);
      }),
    ];
  }

  /** A server said what it runs, at first and whenever it was started anew; the mark of one that came back with other settings. */
  identified(server: string, { document, analysis }: Subject, running: RunningServer): LiveEvent | undefined {
    const before = this.compared.get(server);
    const drift = driftOf(running, analysis);
    this.compared.set(server, { uri: document.uri, deploymentId: analysis.deployment.id, running, drift });
    this.show(server);
    return before && changedSettings(before.drift, drift, Date.now() / 1000);
  }

  /** Rows of file and server side by side; empty before the server said anything. */
  rows(server: string): readonly Drift[] {
    return this.compared.get(server)?.drift ?? [];
  }

  messages(server: string): readonly ToLiveView[] {
    const one = this.compared.get(server);
    return one ? [{ kind: "drift", rows: driftRows(one.drift) }] : [];
  }

  /** Nothing is said any more of a server that was detached. */
  forget(server: string): void {
    this.compared.delete(server);
    this.board.delete(server);
  }

  /** The file beside what it would be with the server's values: each change can be taken over from there. */
  async review(server: string): Promise<void> {
    const one = this.compared.get(server);
    const document = one && (await vscode.workspace.openTextDocument(one.uri));
    const now = document && this.subject(one, document);
    if (!one || !document || !now) throw nothingToReview();
    const edits = reviewedEdits(one.drift, now.subject, now.options);
    if (edits.length === 0) throw nothingToReview();
    const file = document.uri.path.split("/").at(-1) ?? "";
    await this.texts.beside(document, edits, vscode.l10n.t("{0}: as the server runs, and as written", file));
  }

  /** What can be done about the differences that touch a place. */
  actionsAt(document: vscode.TextDocument, range: Range): readonly DriftActions[] {
    return [...this.compared.values()].flatMap((one) => {
      const now = one.uri.toString() === document.uri.toString() ? this.subject(one, document) : undefined;
      if (!now) return [];
      return driftFindings(one.drift, now.subject, now.options.analysis)
        .filter(({ finding }) => touches(finding.range, range))
        .map((found) => {
          const fix = driftFix(found.drift, now.subject, now.options);
          return { found, fixes: [...(fix ? [fix] : []), ignoreHere(found.finding, now.subject.deployment, now.options)] };
        });
    });
  }

  dispose(): void {
    for (const one of this.subscriptions) one.dispose();
    this.changed.dispose();
    this.board.dispose();
  }

  /** The file was changed: places and differences are others. */
  private again(uri: vscode.Uri): void {
    for (const [server, one] of this.compared) {
      if (one.uri.toString() !== uri.toString()) continue;
      const before = JSON.stringify(one.drift);
      this.show(server);
      if (JSON.stringify(one.drift) !== before) this.changed.fire(server);
    }
  }

  private show(server: string): void {
    const one = this.compared.get(server);
    const document = one && vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === one.uri.toString());
    const now = document && this.subject(one, document);
    if (!one || !now) return;
    one.drift = driftOf(one.running, now.subject);
    const findings = driftFindings(one.drift, now.subject, now.options.analysis).map(({ finding }) => finding);
    this.board.set(server, diagnosticsOf({ findings, problems: [] }, one.uri, new Settings(one.uri).rules()));
  }

  private subject(
    { deploymentId }: Compared,
    document: vscode.TextDocument,
  ): { readonly subject: DeploymentAnalysis; readonly options: FixOptions } | undefined {
    const analysis = this.documents.analysis(document);
    const subject = analysis?.deployments.find(({ deployment }) => deployment.id === deploymentId);
    if (!analysis || !subject) return undefined;
    const read = this.documents.options(document.uri);
    const again = (text: string) => analyse(text, { ...read, before: analysis });
    return { subject, options: { text: document.getText(), analysis, again } };
  }
}

function nothingToReview(): UserFacingError {
  return new UserFacingError("nothing-here", vscode.l10n.t("There is no difference that this file could take over."));
}
