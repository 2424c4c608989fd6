import * as vscode from "vscode";
import { isKubectlError } from "../platform/kubectl.ts";
import { Cancelled, UserFacingError } from "./errors.ts";
import { translated } from "./translate.ts";

/** Runs kubectl with a progress, which can be cancelled where a cluster is asked; what kubectl complains of is told in one sentence. */
export async function withKubectl<T>(
  title: string,
  run: (signal: AbortSignal) => Promise<T>,
  location = vscode.ProgressLocation.Notification,
): Promise<T> {
  return vscode.window.withProgress({ location, title, cancellable: true }, async (_, token) => {
    const stop = new AbortController();
    token.onCancellationRequested(() => stop.abort());
    try {
      return await run(stop.signal);
    } catch (error) {
      if (stop.signal.aborted) throw new Cancelled();
      throw isKubectlError(error) ? new UserFacingError("network", translated(error.words)) : error;
    }
  });
}
