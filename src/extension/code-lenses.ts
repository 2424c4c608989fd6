import * as vscode from "vscode";
import { type LensState, lenses } from "../language/lenses.ts";
import { toRange } from "./convert.ts";
import type { Documents } from "./documents.ts";
import { translated } from "./translate.ts";

/** Verdict and actions above each deployment; asked again when a run or a server changes what is to be said. */
export class CodeLenses implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly documents: Documents,
    private readonly states: (uri: vscode.Uri) => ReadonlyMap<string, LensState>,
  ) {
    this.subscription = documents.onDidAnalyse(() => this.refresh());
  }

  refresh(): void {
    this.changed.fire();
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const analysis = this.documents.shown(document);
    if (!analysis) return [];
    return lenses(analysis, this.states(document.uri), this.documents.catalogFor(document.uri)).map(
      ({ range, title, command, deploymentId }) => {
        const words = translated(title);
        return new vscode.CodeLens(toRange(range), { title: words, command, arguments: [document.uri, deploymentId] });
      },
    );
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }
}
