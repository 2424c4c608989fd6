import { readFileSync } from "node:fs";
import * as vscode from "vscode";
import type { RelatedFile } from "../deployment/neighbours.ts";
import { ledBack } from "../language/lead-back.ts";
import { RenderError, type RenderPlan, render, renderPlans } from "../platform/render.ts";
import { diagnosticsOf } from "./diagnostics.ts";
import type { Documents } from "./documents.ts";
import { Cancelled, UserFacingError } from "./errors.ts";
import { renderedScheme } from "./languages.ts";
import { ProblemBoard } from "./problem-board.ts";
import { Settings } from "./settings.ts";

interface Rendered {
  readonly text: string;
  readonly plan: RenderPlan;
}

/** Renders a chart or kustomization with the person's own tool, shows the result beside it, and leads its findings back to the values. */
export class Rendering implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly rendered = new Map<string, Rendered>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly board = new ProblemBoard("inference-lens-rendered");
  private readonly subscriptions: vscode.Disposable[];
  readonly onDidChange = this.changed.event;

  constructor(private readonly documents: Documents) {
    this.subscriptions = [
      vscode.workspace.registerTextDocumentContentProvider(renderedScheme, this),
      documents.onDidAnalyse((document) => this.lead(document)),
      documents.onDidClose((uri) => this.forget(uri)),
    ];
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.rendered.get(uri.toString())?.text ?? "";
  }

  /** Only on a click, and only in a trusted workspace: the tool runs what the chart says. */
  async run(): Promise<void> {
    const source = vscode.window.activeTextEditor?.document.uri;
    if (!vscode.workspace.isTrusted)
      throw new UserFacingError("untrusted", vscode.l10n.t("Rendering runs helm or kustomize and needs a trusted workspace."));
    const plans = source?.scheme === "file" ? renderPlans(source.fsPath, new Settings(source).renderTools) : [];
    if (!source || plans.length === 0)
      throw new UserFacingError("nothing-here", vscode.l10n.t("This file belongs to no Helm chart and no kustomization."));
    const result = await this.withProgress(plans);
    const uri = source.with({ scheme: renderedScheme, path: source.path.replace(/(\.ya?ml)?$/i, ".rendered.yaml") });
    this.rendered.set(uri.toString(), result);
    this.changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.languages.setTextDocumentLanguage(document, "yaml");
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
  }

  dispose(): void {
    for (const one of this.subscriptions) one.dispose();
    this.changed.dispose();
    this.board.dispose();
  }

  private async withProgress(plans: readonly RenderPlan[]): Promise<Rendered> {
    const title = vscode.l10n.t("Rendering with {0}", plans[0]?.tool ?? "");
    return vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title, cancellable: true }, async (_, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => stop.abort());
      try {
        return await render(plans, stop.signal);
      } catch (error) {
        if (stop.signal.aborted) throw new Cancelled();
        throw error instanceof RenderError ? userFacing(error) : error;
      }
    });
  }

  /** Findings of the result, where the values that caused them are written. */
  private lead(document: vscode.TextDocument): void {
    const rendered = this.rendered.get(document.uri.toString());
    if (!rendered) return;
    const findings = this.documents.analysis(document)?.findings ?? [];
    const sources = rendered.plan.sources.flatMap((path) => textOf(path));
    const led = ledBack(rendered.text, findings, sources);
    this.board.set(
      document.uri.toString(),
      diagnosticsOf({ findings: led, problems: [] }, document.uri, new Settings(document.uri).rules()),
    );
  }

  private forget(uri: vscode.Uri): void {
    if (this.rendered.delete(uri.toString())) this.board.delete(uri.toString());
  }
}

/** A source as it is open, else as it lies on disk; one that has gone meanwhile leads nowhere. */
function textOf(path: string): RelatedFile[] {
  const open = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === "file" && uri.fsPath === path);
  if (open) return [{ file: path, text: open.getText() }];
  try {
    return [{ file: path, text: readFileSync(path, "utf8") }];
  } catch (error) {
    if (error instanceof Error && "code" in error) return [];
    throw error;
  }
}

function userFacing({ kind, tool, message }: RenderError): UserFacingError {
  switch (kind) {
    case "missing-tool":
      return new UserFacingError("file", vscode.l10n.t("{0} is not installed here, or not on the path.", tool));
    case "failed":
      return new UserFacingError("file", vscode.l10n.t("{0} failed: {1}", tool, message));
    case "too-long":
      return new UserFacingError("file", vscode.l10n.t("{0} took too long, or printed too much, and was stopped.", tool));
    default: {
      const never: never = kind;
      return never;
    }
  }
}
