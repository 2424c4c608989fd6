import * as vscode from "vscode";
import { looksLikeDeployment } from "../deployment/sniff.ts";
import type { App } from "./app.ts";
import { commandIds, fullId } from "./command-ids.ts";
import { isCandidate } from "./languages.ts";
import { Log } from "./log.ts";
import { registerCommand, report } from "./register-command.ts";

/** What tests of the host may ask for. */
export interface Exports {
  readonly activationMs: number;
}

/** Registers everything that has a name in the manifest; the application itself is loaded with the first deployment or click. */
export function activate(context: vscode.ExtensionContext): Exports {
  const started = performance.now();
  const log = new Log();
  let loading: Promise<App> | undefined;
  const load = (): Promise<App> => {
    loading ??= import("./app.ts").then(({ startApp }) => startApp(context, log));
    return loading;
  };
  const sniff = (document: vscode.TextDocument): void => {
    if (loading || !isCandidate(document) || !looksLikeDeployment(document.getText())) return;
    load().catch((error: unknown) => report("load", error, log));
  };
  const restore = (view: "report" | "live"): vscode.WebviewPanelSerializer => ({
    deserializeWebviewPanel: async (panel, state: unknown) => (await load()).restore(view, panel, state),
  });
  const onDemand = <T>(pick: (app: App) => vscode.TreeDataProvider<T>): vscode.TreeDataProvider<T> => ({
    getTreeItem: async (element) => pick(await load()).getTreeItem(element),
    getChildren: async (element) => pick(await load()).getChildren(element),
  });
  context.subscriptions.push(
    log,
    ...commandIds.map((id) => registerCommand(fullId(id), log, async (...args) => (await load()).commands[id](...args))),
    vscode.window.registerWebviewPanelSerializer("inferenceLens.report", restore("report")),
    vscode.window.registerWebviewPanelSerializer("inferenceLens.live", restore("live")),
    vscode.workspace.onDidOpenTextDocument(sniff),
    vscode.workspace.onDidChangeTextDocument(({ document }) => sniff(document)),
  );
  context.subscriptions.push(
    vscode.window.registerTreeDataProvider("inferenceLens.deployments", onDemand((app) => app.deploymentTree)),
    vscode.window.registerTreeDataProvider("inferenceLens.servers", onDemand((app) => app.serverTree)),
  );
  for (const document of vscode.workspace.textDocuments) sniff(document);
  return { activationMs: performance.now() - started };
}
