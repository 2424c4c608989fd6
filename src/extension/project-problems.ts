import * as vscode from "vscode";
import type { ReadProblem } from "../deployment/deployment.ts";
import { problemOf } from "./diagnostics.ts";
import type { Documents } from "./documents.ts";
import { isProjectFile } from "./languages.ts";
import { ProblemBoard } from "./problem-board.ts";
import type { DocumentSurroundings } from "./surroundings.ts";

/** Shows what is wrong with a project's own files (project file, own GPUs, described models, calibrations …) in those files. */
export function publishProjectProblems(documents: Documents, surroundings: DocumentSurroundings): vscode.Disposable {
  const board = new ProblemBoard("inference-lens-project");
  const publish = (document: vscode.TextDocument): void => {
    const { uri } = document;
    const isOurs = isProjectFile(document) || (documents.analysis(document)?.formats.length ?? 0) > 0;
    board.set(uri.toString(), isOurs ? problemsAround(document, surroundings) : new Map());
  };
  return vscode.Disposable.from(
    board,
    documents.onDidAnalyse(publish),
    documents.onDidClose((uri) => board.delete(uri.toString())),
  );
}

/** An open project file speaks for itself, as it is typed; the others as they are on disk. */
function problemsAround(document: vscode.TextDocument, surroundings: DocumentSurroundings): ReadonlyMap<string, vscode.Diagnostic[]> {
  const own = document.uri.toString();
  const open = new Set(vscode.workspace.textDocuments.filter(isProjectFile).map(({ uri }) => uri.toString()));
  const typed = isProjectFile(document) ? surroundings.problemsIn(document.uri, document.getText()) : undefined;
  const byFile = new Map<string, vscode.Diagnostic[]>(typed ? [[own, typed.map(warningOf)]] : []);
  for (const { file, message, range } of surroundings.problems(document.uri)) {
    const key = vscode.Uri.file(file).toString();
    if (open.has(key) && (key !== own || typed)) continue;
    byFile.set(key, [...(byFile.get(key) ?? []), warningOf({ message, range })]);
  }
  return byFile;
}

/** What it says is not used where it would have been. */
function warningOf(problem: ReadProblem): vscode.Diagnostic {
  return problemOf(problem, vscode.DiagnosticSeverity.Warning);
}
