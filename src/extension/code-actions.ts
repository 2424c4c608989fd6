import * as vscode from "vscode";
import { analyse } from "../language/analysis.ts";
import { actionsAt } from "../language/finding-actions.ts";
import { fixAll, onlyFix, preferredFix } from "../language/fix-all.ts";
import type { FixOptions } from "../language/fixes.ts";
import { gpuQuestionsAt } from "../language/set-gpu.ts";
import type { Finding, Fix } from "../rules/rule.ts";
import { fullId } from "./command-ids.ts";
import { fromRange, toRange, workspaceEdit } from "./convert.ts";
import { source } from "./diagnostics.ts";
import type { Documents } from "./documents.ts";
import { translated } from "./translate.ts";

const { QuickFix, RefactorRewrite, SourceFixAll } = vscode.CodeActionKind;
const fixAllKind = SourceFixAll.append("inferenceLens");

/** An action whose edits take a while to find: they are looked for when a person takes it. */
class LaterAction extends vscode.CodeAction {
  constructor(
    title: string,
    kind: vscode.CodeActionKind,
    readonly find: () => vscode.WorkspaceEdit,
  ) {
    super(title, kind);
  }
}

/** Quick fixes, each already tried on the text before it is offered, all of them at once, and the choice of a GPU. */
export class CodeActions implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = { providedCodeActionKinds: [QuickFix, RefactorRewrite, fixAllKind] };

  constructor(private readonly documents: Documents) {}

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    { only, diagnostics }: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> {
    const options = this.fixOptions(document);
    if (!options) return [];
    const wants = (kind: vscode.CodeActionKind): boolean => !only || only.contains(kind);
    return [
      ...(wants(QuickFix) ? fixActions(document, range, diagnostics, options) : []),
      ...this.gpuActions(document, range, options).filter(({ kind }) => kind && wants(kind)),
      // Source actions are for menus of their own and for saving: nobody wants them under every light bulb.
      ...(only?.contains(fixAllKind) ? fixAllActions(document, options) : []),
    ];
  }

  resolveCodeAction(action: vscode.CodeAction): vscode.CodeAction {
    if (action instanceof LaterAction) action.edit = action.find();
    return action;
  }

  private fixOptions(document: vscode.TextDocument): FixOptions | undefined {
    const analysis = this.documents.analysis(document);
    if (!analysis) return undefined;
    const options = this.documents.options(document.uri);
    return { text: document.getText(), analysis, again: (text) => analyse(text, { ...options, before: analysis }) };
  }

  private gpuActions(document: vscode.TextDocument, range: vscode.Range, { text, analysis }: FixOptions): vscode.CodeAction[] {
    const catalog = this.documents.catalogFor(document.uri);
    return gpuQuestionsAt(fromRange(range), text, analysis, catalog).flatMap(({ deploymentId, isOpen, fixes }) => {
      const title = isOpen ? vscode.l10n.t("Choose GPU…") : vscode.l10n.t("Choose another GPU…");
      const choose = new vscode.CodeAction(title, isOpen ? QuickFix : RefactorRewrite);
      choose.command = { title, command: fullId("selectGpu"), arguments: [document.uri, deploymentId] };
      return [...fixes.map((fix) => actionOf(fix, document.uri, [])), choose];
    });
  }
}

/** The fixes of each finding, the same for all of its kind, and its silencing. */
function fixActions(
  document: vscode.TextDocument,
  range: vscode.Range,
  shown: readonly vscode.Diagnostic[],
  options: FixOptions,
): vscode.CodeAction[] {
  return actionsAt(fromRange(range), options).flatMap(({ finding, fixes, alike, silencing }) => {
    const diagnostics = shown.filter((one) => isOf(one, finding));
    const action = (fix: Fix): vscode.CodeAction => actionOf(fix, document.uri, diagnostics);
    const all = alike.length > 0 ? [allAlike(document, finding.code, alike, options, diagnostics)] : [];
    return [...fixes.map(action), ...all, ...silencing.map(action)];
  });
}

function allAlike(
  document: vscode.TextDocument,
  code: string,
  findings: readonly Finding[],
  options: FixOptions,
  diagnostics: vscode.Diagnostic[],
): vscode.CodeAction {
  const title = vscode.l10n.t("Fix all {0} in this file", code);
  const action = new LaterAction(title, QuickFix, () => workspaceEdit(document.uri, fixAll(findings, options, preferredFix)));
  action.diagnostics = diagnostics;
  return action;
}

/** What can be mended in one way only: where there are several, a person decides. */
function fixAllActions(document: vscode.TextDocument, options: FixOptions): vscode.CodeAction[] {
  const findings = options.analysis.findings.filter(({ severity, fixes }) => severity !== "information" && fixes.length > 0);
  if (findings.length === 0) return [];
  const find = (): vscode.WorkspaceEdit => workspaceEdit(document.uri, fixAll(findings, options, onlyFix));
  return [new LaterAction(vscode.l10n.t("Fix all that can be mended in one way only"), fixAllKind, find)];
}

function actionOf(fix: Fix, uri: vscode.Uri, diagnostics: vscode.Diagnostic[]): vscode.CodeAction {
  const action = new vscode.CodeAction(translated(fix.title), QuickFix);
  action.edit = workspaceEdit(uri, fix.edits);
  action.diagnostics = diagnostics;
  action.isPreferred = fix.preferred;
  return action;
}

function isOf({ source: from, code, range }: vscode.Diagnostic, finding: Finding): boolean {
  return from === source && typeof code === "object" && code.value === finding.code && range.isEqual(toRange(finding.range));
}
