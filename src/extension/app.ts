import * as vscode from "vscode";
import { ObjectIndex } from "../language/object-index.ts";
import { loadCatalog } from "../platform/catalog-files.ts";
import { analyseCommand } from "./analyse-command.ts";
import { Attachments } from "./attachments.ts";
import { BackgroundRuns } from "./background-runs.ts";
import { BenchmarkPages } from "./benchmark-pages.ts";
import { Benchmarks } from "./benchmarks.ts";
import { Calibrations } from "./calibrations.ts";
import { Choices } from "./choices.ts";
import { CodeActions } from "./code-actions.ts";
import { CodeLenses } from "./code-lenses.ts";
import type { Commands } from "./command-ids.ts";
import { CompletionProvider } from "./completion-provider.ts";
import { DefinitionProvider } from "./definition-provider.ts";
import { Demo } from "./demo.ts";
import { type DeploymentItem, DeploymentTree } from "./deployment-tree.ts";
import { DescribeGpu } from "./describe-gpu.ts";
import { DescribeModel } from "./describe-model.ts";
import { showDetached } from "./detached-page.ts";
import { publishDiagnostics } from "./diagnostics.ts";
import { Documents } from "./documents.ts";
import { DriftCodeActions } from "./drift-actions.ts";
import { EditorConnections } from "./editor-connections.ts";
import { openExamples } from "./examples.ts";
import { fileAddresses } from "./file-addresses.ts";
import { forgetKey } from "./forget-key.ts";
import { HoverProvider } from "./hover-provider.ts";
import { InlayHints } from "./inlay-hints.ts";
import { KeptByPage } from "./kept-by-page.ts";
import { languageStatus } from "./language-status.ts";
import { selector } from "./languages.ts";
import { LensStates } from "./lens-states.ts";
import { LiveDrift } from "./live-drift.ts";
import type { Log } from "./log.ts";
import { keepLoad } from "./measured-load.ts";
import { MemoryPages } from "./memory-pages.ts";
import { openRule } from "./open-rule.ts";
import { Outline } from "./outline.ts";
import { panelId } from "./panel-state.ts";
import { podsWay } from "./pods-choice.ts";
import { PodsReading } from "./pods-reading.ts";
import { publishProjectProblems } from "./project-problems.ts";
import { RecordingEditor } from "./recording-editor.ts";
import { report as tellFailure } from "./register-command.ts";
import { Rendering } from "./render.ts";
import type { ReplayPlace } from "./replay.ts";
import { Reports } from "./reports.ts";
import { ServerChoice } from "./server-choice.ts";
import { ServerCommands } from "./server-commands.ts";
import { type ServerItem, ServerTree } from "./server-tree.ts";
import { showProblems } from "./show-problems.ts";
import { StoreWay } from "./store-choice.ts";
import { type Subject, Subjects } from "./subject.ts";
import { DocumentSurroundings } from "./surroundings.ts";
import { Timelines } from "./timelines.ts";
import { Tokens } from "./tokens.ts";
import { publishUnopened } from "./unopened-problems.ts";
import { VirtualTexts } from "./virtual-texts.ts";
import type { PageName } from "./webview-html.ts";
import { WorkspaceDeployments } from "./workspace-deployments.ts";

/** Everything behind the names of the manifest. */
export interface App {
  readonly commands: Commands;
  readonly deploymentTree: vscode.TreeDataProvider<DeploymentItem>;
  readonly serverTree: vscode.TreeDataProvider<ServerItem>;
  /** In a panel that VS Code made for its file. */
  showRecording(uri: vscode.Uri, panel: vscode.WebviewPanel): Promise<void>;
  restore(view: PageName, panel: vscode.WebviewPanel, state: unknown): Promise<void>;
}

/** Views that are told when what they show has changed. */
export interface Views {
  refreshDeployments(): void;
  refreshServers(): void;
}

/** Builds the application and registers the language features. Called once, with the first deployment or click. */
export function startApp(context: vscode.ExtensionContext, log: Log, views: Views): App {
  const { extensionUri: extension } = context;
  const catalog = loadCatalog(vscode.Uri.joinPath(extension, "dist", "catalog").fsPath);
  const objects = new ObjectIndex();
  const surroundings = new DocumentSurroundings(catalog, objects, log);
  const documents = new Documents((uri) => surroundings.of(uri), log);
  const subjects = new Subjects(documents);
  const states = new LensStates(documents);
  const texts = new VirtualTexts();
  const reports = new Reports(context, { documents, subjects, texts, lenses: states }, log);
  const tokens = new Tokens(context.secrets, context.globalState);
  const drift = new LiveDrift(documents, texts);
  const connections = new EditorConnections(context.workspaceState);
  const attachments = new Attachments(
    extension,
    documents,
    reports,
    states,
    tokens,
    drift,
    connections,
    log,
    String(context.extension.packageJSON.version),
  );
  const demo = new Demo(extension, documents);
  const stores = new StoreWay(tokens, context.workspaceState, connections.fetchText);
  const ways = async (subject: Subject | undefined) => [
    ...(subject ? [...podsWay(subject), ...(await fileAddresses(subject))] : []),
    stores.to(subject),
  ];
  const servers = new ServerCommands(attachments, demo, new ServerChoice(context.workspaceState), tokens, subjects, ways, context);
  const replays = new KeptByPage<ReplayPlace>(
    context.workspaceState,
    "inferenceLens.keptReplays",
    String(context.extension.packageJSON.version),
  );
  const recordings = new RecordingEditor(attachments, subjects, replays);
  const choices = new Choices(({ document }) => documents.loadsFor(document.uri), subjects);
  const models = new DescribeModel(catalog, tokens, connections.fetchText);
  const gpus = new DescribeGpu(catalog, (uri) => documents.catalogFor(uri));
  const memory = new MemoryPages(context, { documents, subjects, reports, texts }, log);
  const pods = new PodsReading({
    subjects,
    texts,
    catalogFor: ({ document }) => documents.catalogFor(document.uri),
    attached: () => attachments.list(),
    compareLog: (subject, name, text) => memory.compare(subject, name, text),
  });
  const timelines = new Timelines(extension, { documents, subjects, reports }, log);
  const calibrations = new Calibrations(extension, memory, texts, tokens, connections.fetchText, log);
  const benchmarkPages = new BenchmarkPages(context, texts, log);
  const benchmarks = new Benchmarks(extension, benchmarkPages);
  const lenses = new CodeLenses(documents, (uri) => states.of(uri));
  const background = new BackgroundRuns(extension, documents, states);
  const rendering = new Rendering(documents);
  const workspace = new WorkspaceDeployments(documents, surroundings, objects, log);
  context.subscriptions.push(
    surroundings,
    documents,
    states,
    reports,
    attachments,
    tokens,
    connections,
    drift,
    demo,
    memory,
    timelines,
    benchmarkPages,
    recordings,
    texts,
    calibrations,
    lenses,
    background,
    rendering,
    workspace,
    publishDiagnostics(documents),
    publishUnopened(workspace),
    publishProjectProblems(documents, surroundings),
    languageStatus(documents),
    vscode.languages.registerCodeLensProvider(selector, lenses),
    vscode.languages.registerInlayHintsProvider(selector, new InlayHints(documents)),
    vscode.languages.registerDocumentSymbolProvider(selector, new Outline(documents), Outline.metadata),
    vscode.languages.registerDefinitionProvider(selector, new DefinitionProvider(documents)),
    vscode.languages.registerHoverProvider(selector, new HoverProvider(documents)),
    vscode.languages.registerCodeActionsProvider(selector, new CodeActions(documents), CodeActions.metadata),
    vscode.languages.registerCodeActionsProvider(selector, new DriftCodeActions(drift), DriftCodeActions.metadata),
    vscode.languages.registerCompletionItemProvider(selector, new CompletionProvider(documents, catalog), ...CompletionProvider.triggers),
    surroundings.onDidChange(() => documents.reanalyse()),
    workspace.onDidChange(() => views.refreshDeployments()),
    workspace.onDidChangeRelated(() => documents.reanalyse()),
    states.onDidChange(() => lenses.refresh()),
    attachments.onDidChange(() => views.refreshServers()),
    demo.onDidChange(() => views.refreshServers()),
  );
  const about =
    (act: (subject: Subject) => Promise<unknown>) =>
    async (...args: readonly unknown[]): Promise<unknown> =>
      act(await subjects.find(args));
  const commands: Commands = {
    simulate: async (...args) => {
      const isEmpty = args.length === 0 && !vscode.window.activeTextEditor;
      if (isEmpty) await openExamples(context);
      await reports.simulate(await subjects.find(args));
    },
    cancelSimulation: about(async (subject) => reports.cancel(subject)),
    attach: (...args) => servers.attach(args),
    detach: (...args) => servers.detach(args),
    startDemo: (...args) => servers.startDemo(args),
    stopDemo: () => demo.stop(),
    record: (...args) => servers.record(args),
    stopRecording: (...args) => servers.stopRecording(args),
    replay: (...args) => recordings.replay(args),
    openReport: (...args) => (args.length === 0 ? reports.choose() : about((subject) => reports.show(subject))(...args)),
    openLive: (...args) => servers.openLive(args),
    openExamples: () => openExamples(context),
    selectGpu: about((subject) => choices.gpu(subject)),
    selectVersion: about((subject) => choices.version(subject)),
    selectWorkload: about((subject) => choices.workload(subject)),
    setLimits: about((subject) => choices.limits(subject)),
    showMemory: about((subject) => memory.show(subject)),
    showTimeline: about((subject) => timelines.show(subject)),
    showProblems: (...args) => showProblems(documents, args[0]),
    compareWithLive: (...args) => servers.compare(args),
    importLog: about((subject) => calibrations.importLog(subject)),
    importBenchmark: about((subject) => benchmarks.importBenchmark(subject)),
    useLoad: async (...args) => keepLoad(await servers.server(args), texts),
    calibrate: async (...args) => calibrations.fromServer(await servers.server(args)),
    readPods: async (...args) => pods.read(servers.subjectAt(args[0]) ?? (await subjects.find(args)), args[2]),
    describeModel: about((subject) => models.describe(subject)),
    describeGpu: about((subject) => gpus.describe(subject)),
    forgetKey: () => forgetKey(tokens, connections),
    analyseCommand: () => analyseCommand((uri) => surroundings.of(uri)),
    openRule: (code) => openRule(extension, code),
    render: () => rendering.run(),
    showLog: async () => log.show(),
  };
  return {
    commands,
    deploymentTree: new DeploymentTree(workspace),
    showRecording: (uri, panel) => recordings.show(uri, panel),
    serverTree: new ServerTree(attachments, demo),
    restore: async (view, panel, state) => {
      const id = panelId(state);
      if (id === undefined) panel.dispose();
      else if (view === "report") await reports.restore(panel, id);
      else if (view === "memory") await memory.restore(panel, id);
      else if (view === "timeline") await timelines.restore(panel, id);
      else if (view === "bench") benchmarkPages.restore(panel, id);
      else
        showDetached(panel, extension, id, (url) => {
          attachments.attach(url, undefined).catch((error: unknown) => tellFailure("attach", error, log));
        });
    },
  };
}
