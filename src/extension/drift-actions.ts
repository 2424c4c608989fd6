import * as vscode from "vscode";
import { fromRange, toRange, workspaceEdit } from "./convert.ts";
import { source } from "./diagnostics.ts";
import type { LiveDrift } from "./live-drift.ts";
import { translated } from "./translate.ts";

/** Fixes for what an attached server runs otherwise, each tried on the text before it is offered. */
export class DriftCodeActions implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };

  constructor(private readonly drift: LiveDrift) {}

  provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    { only, diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    if (only && !only.contains(vscode.CodeActionKind.QuickFix)) return [];
    return this.drift.actionsAt(document, fromRange(range)).flatMap(({ found: { finding }, fixes }) => {
      const shown = diagnostics.filter(
        (one) => one.source === source && one.message === translated(finding.message) && one.range.isEqual(toRange(finding.range)),
      );
      return fixes.map((fix) => {
        const action = new vscode.CodeAction(translated(fix.title), vscode.CodeActionKind.QuickFix);
        action.edit = workspaceEdit(document.uri, fix.edits);
        action.diagnostics = shown;
        action.isPreferred = fix.preferred;
        return action;
      });
    });
  }
}
