import * as vscode from "vscode";
import { hints } from "../language/hints.ts";
import { fromRange } from "./convert.ts";
import type { Documents } from "./documents.ts";
import { Settings } from "./settings.ts";
import { translated } from "./translate.ts";

/** Derived facts beside the values they follow from. */
export class InlayHints implements vscode.InlayHintsProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeInlayHints = this.changed.event;
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly documents: Documents) {
    this.subscriptions = [documents.onDidAnalyse(() => this.changed.fire())];
  }

  async provideInlayHints(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.InlayHint[]> {
    if (!new Settings(document.uri).inlayHints) return [];
    const analysis = this.documents.shown(document);
    if (!analysis) return [];
    return hints(analysis, fromRange(range)).map(({ position, label, tooltip }) => {
      const hint = new vscode.InlayHint(new vscode.Position(position.line, position.character), translated(label));
      hint.paddingLeft = true;
      if (tooltip) hint.tooltip = translated(tooltip);
      return hint;
    });
  }

  dispose(): void {
    for (const one of this.subscriptions) one.dispose();
    this.changed.dispose();
  }
}
