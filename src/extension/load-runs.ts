import * as vscode from "vscode";
import type { SimulateLoad } from "../live/bench/benchmarked-deployment.ts";
import { Runner } from "../platform/run-worker.ts";
import { UserFacingError } from "./errors.ts";
import { firstSeed as seed } from "./workload-choice.ts";

/** Simulates load after load off the editor's thread, with a notice that can stop it. */
export async function withLoadRuns<T>(extension: vscode.Uri, title: string, body: (simulate: SimulateLoad) => Promise<T>): Promise<T> {
  const runner = new Runner(vscode.Uri.joinPath(extension, "dist", "worker.js").fsPath);
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  try {
    return await vscode.window.withProgress(options, async (progress, stop) => {
      stop.onCancellationRequested(() => void runner.dispose());
      let runs = 0;
      return body(async (settled, workload) => {
        progress.report({ message: vscode.l10n.t("run {0}", ++runs) });
        const end = await runner.run({ settled, workload, seed });
        if (end.kind === "replaced") throw new vscode.CancellationError();
        if (end.kind === "failed") throw new UserFacingError("simulation", end.message);
        return end.outcome.report?.summary;
      });
    });
  } finally {
    await runner.dispose();
  }
}
