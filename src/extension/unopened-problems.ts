import * as vscode from "vscode";
import type { FileOverview } from "../language/overview.ts";
import { diagnosticsOf } from "./diagnostics.ts";
import { ProblemBoard } from "./problem-board.ts";
import { Settings } from "./settings.ts";
import type { WorkspaceDeployments } from "./workspace-deployments.ts";

/** Findings of files that nobody opened, in the Problems panel: only where a person asked for them. */
export function publishUnopened(workspace: WorkspaceDeployments): vscode.Disposable {
  const board = new ProblemBoard("inference-lens-unopened");
  const published = new Map<string, FileOverview>();
  const publish = (): void => {
    const wanted = new Map<string, FileOverview>();
    for (const { uri, overview, isOpen } of workspace.found()) {
      if (!isOpen && new Settings(vscode.Uri.parse(uri, true)).problemsOfUnopenedFiles) wanted.set(uri, overview);
    }
    for (const uri of [...published.keys()].filter((one) => !wanted.has(one))) {
      published.delete(uri);
      board.delete(uri);
    }
    for (const [uri, overview] of wanted) {
      if (published.get(uri) === overview) continue;
      published.set(uri, overview);
      const file = vscode.Uri.parse(uri, true);
      board.set(uri, diagnosticsOf(overview, file, new Settings(file).rules()));
    }
  };
  return vscode.Disposable.from(
    board,
    workspace.onDidChange(publish),
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration("inferenceLens.problemsOfUnopenedFiles") && publish()),
  );
}
