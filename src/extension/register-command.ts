import * as vscode from "vscode";
import { isCancelled, isUserFacing } from "./errors.ts";
import type { Log } from "./log.ts";
import { plainWords } from "./plain-words.ts";

/** Registers a command with what every command has: a trace of its time, errors told once and in the right words, silence when cancelled. */
export function registerCommand(id: string, log: Log, run: (...args: unknown[]) => Promise<unknown>): vscode.Disposable {
  return vscode.commands.registerCommand(id, async (...args: unknown[]) => {
    const started = performance.now();
    try {
      return await run(...args);
    } catch (error) {
      await report(id, error, log);
      return undefined;
    } finally {
      log.trace(`${id} took ${Math.round(performance.now() - started)} ms`);
    }
  });
}

/** Tells a failure: nothing for a cancellation, one sentence and an action for the world, the log for our own fault. */
export async function report(what: string, error: unknown, log: Log): Promise<void> {
  if (isCancelled(error)) return;
  if (isUserFacing(error)) {
    log.info(`${what}: ${error.message}`);
    const { action } = error;
    const chosen = await vscode.window.showWarningMessage(plainWords(error.message), ...(action ? [action.title] : []));
    if (action && chosen === action.title) await vscode.commands.executeCommand(action.command, ...(action.args ?? []));
    return;
  }
  log.error(`${what} failed`, error);
  const showLog = vscode.l10n.t("Show log");
  const chosen = await vscode.window.showErrorMessage(vscode.l10n.t("Inference Lens failed; nothing was changed."), showLog);
  if (chosen === showLog) log.show();
}
