import * as vscode from "vscode";
import { analyse } from "../language/analysis.ts";
import { fixesAt } from "../language/fixes.ts";
import type { Finding, Fix } from "../rules/rule.ts";
import { fromRange, toRange, workspaceEdit } from "./convert.ts";
import { source } from "./diagnostics.ts";
import type { Documents } from "./documents.ts";
import { translated } from "./translate.ts";

/** Quick fixes, each already tried on the text before it is offered. */
export class CodeActions implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };

  constructor(private readonly documents: Documents) {}

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    context: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> {
    const analysis = this.documents.analysis(document);
    if (!analysis) return [];
    const options = this.documents.options(document.uri);
    const again = (text: string) => analyse(text, options);
    return fixesAt(fromRange(range), { text: document.getText(), analysis, again }).flatMap(({ finding, fixes }) => {
      const diagnostics = context.diagnostics.filter((one) => isOf(one, finding));
      return fixes.map((fix) => actionOf(fix, document.uri, diagnostics));
    });
  }
}

function actionOf(fix: Fix, uri: vscode.Uri, diagnostics: vscode.Diagnostic[]): vscode.CodeAction {
  const action = new vscode.CodeAction(translated(fix.title), vscode.CodeActionKind.QuickFix);
  action.edit = workspaceEdit(uri, fix.edits);
  action.diagnostics = diagnostics;
  action.isPreferred = fix.preferred;
  return action;
}

function isOf({ source: from, code, range }: vscode.Diagnostic, finding: Finding): boolean {
  return from === source && typeof code === "object" && code.value === finding.code && range.isEqual(toRange(finding.range));
}
