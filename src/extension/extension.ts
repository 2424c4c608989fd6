import * as vscode from "vscode";
import { looksLikeDeployment } from "../deployment/sniff.ts";
import type { App } from "./app.ts";
import { commandIds, fullId } from "./command-ids.ts";
import { isCandidate, isProjectFile } from "./languages.ts";
import { LazyTree } from "./lazy-tree.ts";
import { Log } from "./log.ts";
import { registerCommand, report } from "./register-command.ts";
import type { PageName } from "./webview-html.ts";

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
    // After activation is over: reading what a start-up opens must not hold up other extensions.
    loading ??= new Promise((begin) => setImmediate(begin))
      .then(() => import("./app.ts"))
      .then(({ startApp }) => startApp(context, log, views));
    return loading;
  };
  const sniff = (document: vscode.TextDocument): void => {
    if (loading || !isCandidate(document) || !(isProjectFile(document) || looksLikeDeployment(document.getText()))) return;
    load().catch((error: unknown) => report("load", error, log));
  };
  const restore = (view: PageName): vscode.WebviewPanelSerializer => ({
    deserializeWebviewPanel: async (panel, state: unknown) => (await load()).restore(view, panel, state),
  });
  const recordings: vscode.CustomReadonlyEditorProvider = {
    openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
    resolveCustomEditor: async ({ uri }, panel) => (await load()).showRecording(uri, panel),
  };
  const deployments = new LazyTree(async () => (await load()).deploymentTree);
  const servers = new LazyTree(async () => (await load()).serverTree);
  const views = { refreshDeployments: () => deployments.refresh(), refreshServers: () => servers.refresh() };
  context.subscriptions.push(
    log,
    ...commandIds.map((id) => registerCommand(fullId(id), log, async (...args) => (await load()).commands[id](...args))),
    vscode.window.registerWebviewPanelSerializer("inferenceLens.report", restore("report")),
    vscode.window.registerWebviewPanelSerializer("inferenceLens.live", restore("live")),
    vscode.window.registerWebviewPanelSerializer("inferenceLens.memory", restore("memory")),
    vscode.window.registerWebviewPanelSerializer("inferenceLens.timeline", restore("timeline")),
    vscode.window.registerWebviewPanelSerializer("inferenceLens.bench", restore("bench")),
    vscode.window.registerCustomEditorProvider("inferenceLens.recording", recordings),
    vscode.window.registerTreeDataProvider("inferenceLens.deployments", deployments),
    vscode.window.registerTreeDataProvider("inferenceLens.servers", servers),
    vscode.workspace.onDidOpenTextDocument(sniff),
    vscode.workspace.onDidChangeTextDocument(({ document }) => sniff(document)),
  );
  for (const document of vscode.workspace.textDocuments) sniff(document);
  return { activationMs: performance.now() - started };
}
