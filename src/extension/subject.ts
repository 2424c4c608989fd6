import * as vscode from "vscode";
import type { DeploymentAnalysis } from "../language/results.ts";
import { fullId } from "./command-ids.ts";
import type { Documents } from "./documents.ts";
import { UserFacingError } from "./errors.ts";

/** One deployment of one open document. */
export interface Subject {
  readonly document: vscode.TextDocument;
  readonly analysis: DeploymentAnalysis;
}

/** Names a deployment across reloads. */
export function subjectKey(uri: vscode.Uri, deploymentId: string): string {
  return `${uri.toString()}#${deploymentId}`;
}

/** The same deployment of the same file; nothing is the same as nothing. */
export function isSameSubject(a: Subject | undefined, b: Subject | undefined): boolean {
  if (!a || !b) return a === b;
  return subjectKey(a.document.uri, a.analysis.deployment.id) === subjectKey(b.document.uri, b.analysis.deployment.id);
}

/** Finds the deployment a command is about: the one its arguments name, else the one at the caret, else the one a person picks. */
export class Subjects {
  constructor(private readonly documents: Documents) {}

  async find(args: readonly unknown[]): Promise<Subject> {
    const named = uriOf(args[0]);
    const document = named ? await vscode.workspace.openTextDocument(named) : vscode.window.activeTextEditor?.document;
    const subjects = document ? await this.of(document) : [];
    if (!document || subjects.length === 0) throw nothingHere();
    const id = idOf(args);
    const [only] = subjects;
    const wanted = id === undefined ? undefined : subjects.find(({ analysis }) => analysis.deployment.id === id);
    if (wanted) return wanted;
    if (only && subjects.length === 1) return only;
    return atCaret(document, subjects) ?? picked(subjects);
  }

  /** By key, where document and deployment still exist. */
  async byId(uri: vscode.Uri, deploymentId: string): Promise<Subject | undefined> {
    const document = await vscode.workspace.openTextDocument(uri);
    return (await this.of(document)).find(({ analysis }) => analysis.deployment.id === deploymentId);
  }

  /** By name, where it still exists. */
  async byName(uri: vscode.Uri, name: string): Promise<Subject | undefined> {
    const document = await vscode.workspace.openTextDocument(uri);
    return (await this.of(document)).find(({ analysis }) => analysis.deployment.name === name);
  }

  private async of(document: vscode.TextDocument): Promise<Subject[]> {
    const analysis = this.documents.analysis(document);
    return (analysis?.deployments ?? []).map((one) => ({ document, analysis: one }));
  }
}

/** Lenses hand a Uri, hovers its text, trees an object that holds both. */
function uriOf(value: unknown): vscode.Uri | undefined {
  if (value instanceof vscode.Uri) return value;
  if (typeof value === "string") return vscode.Uri.parse(value, true);
  if (typeof value === "object" && value !== null && "uri" in value && value.uri instanceof vscode.Uri) return value.uri;
  return undefined;
}

function idOf([first, second]: readonly unknown[]): string | undefined {
  if (typeof second === "string") return second;
  if (typeof first === "object" && first !== null && "deploymentId" in first && typeof first.deploymentId === "string") {
    return first.deploymentId;
  }
  return undefined;
}

function atCaret(document: vscode.TextDocument, subjects: readonly Subject[]): Subject | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document !== document) return undefined;
  const { line } = editor.selection.active;
  return subjects.find(({ analysis }) =>
    analysis.deployment.pools.some(({ extent }) => extent.start.line <= line && line <= extent.end.line),
  );
}

async function picked(subjects: readonly Subject[]): Promise<Subject> {
  const items = subjects.map((subject) => ({
    label: subject.analysis.deployment.name,
    description: subject.analysis.deployment.format,
    subject,
  }));
  const choice = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t("Which deployment?") });
  if (!choice) throw new vscode.CancellationError();
  return choice.subject;
}

function nothingHere(): UserFacingError {
  return new UserFacingError("nothing-here", vscode.l10n.t("This file holds no deployment that Inference Lens can read."), {
    title: vscode.l10n.t("Open the examples"),
    command: fullId("openExamples"),
  });
}
