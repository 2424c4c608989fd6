import * as vscode from "vscode";
import type { Catalog } from "../catalog/catalog.ts";
import type { ReadProblem } from "../deployment/deployment.ts";
import { looksLikeDeployment } from "../deployment/sniff.ts";
import { analyse } from "../language/analysis.ts";
import { AnalysisCache } from "../language/analysis-cache.ts";
import type { Analysis } from "../language/results.ts";
import { isCandidate } from "./languages.ts";
import type { Log } from "./log.ts";
import type { ReadingOptions } from "./surroundings.ts";
import type { Loads } from "./workload-choice.ts";

/** Milliseconds without a keystroke before a text is looked at again. */
const pause = 150;

/** The analyses of all open documents: one a version, made after a pause in typing or when a feature asks. */
export class Documents implements vscode.Disposable {
  private readonly cache = new AnalysisCache();
  private readonly readWith = new Map<string, ReadingOptions>();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly analysed = new vscode.EventEmitter<vscode.TextDocument>();
  private readonly closed = new vscode.EventEmitter<vscode.Uri>();
  private readonly subscriptions: vscode.Disposable[];
  /** After a new analysis of a document. */
  readonly onDidAnalyse = this.analysed.event;
  readonly onDidClose = this.closed.event;

  constructor(
    /** What reading a document depends on beside its text. */
    readonly options: (uri: vscode.Uri) => ReadingOptions,
    private readonly log: Log,
  ) {
    this.subscriptions = [
      vscode.workspace.onDidOpenTextDocument((document) => this.plan(document, 0)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.plan(document, pause)),
      vscode.workspace.onDidCloseTextDocument((document) => this.forget(document)),
    ];
    for (const document of vscode.workspace.textDocuments) this.plan(document, 0);
  }

  /** What this version says; undefined where the text is no deployment at all. */
  analysis(document: vscode.TextDocument): Analysis | undefined {
    if (!isCandidate(document)) return undefined;
    const text = document.getText();
    if (!looksLikeDeployment(text)) return undefined;
    const key = document.uri.toString();
    return this.cache.get(key, document.version, text, (before) => {
      const started = performance.now();
      const options = this.options(document.uri);
      this.readWith.set(key, options);
      const made = analyse(text, { ...options, before });
      this.log.trace(`read ${document.lineCount} lines in ${(performance.now() - started).toFixed(1)} ms`);
      return made;
    });
  }

  /** What lenses and hints show: what was last good stays while the text is broken. */
  shown(document: vscode.TextDocument): Analysis | undefined {
    return this.analysis(document) && this.cache.shown(document.uri.toString());
  }

  /** Where a text that held a deployment a moment ago stopped being YAML. */
  brokenAt(document: vscode.TextDocument): ReadProblem | undefined {
    return this.analysis(document) && this.cache.broken(document.uri.toString());
  }

  /** The catalogue with the workloads of the file's project in it: the one that an open document was read with. */
  catalogFor(uri: vscode.Uri): Catalog {
    return this.loadsFor(uri).catalog;
  }

  /** The same with the project's own workloads as they are written. */
  loadsFor(uri: vscode.Uri): Loads {
    const { catalog, workloads } = this.readWith.get(uri.toString()) ?? this.options(uri);
    return { catalog, own: workloads };
  }

  /** Settings, project files or described models changed. */
  reanalyse(): void {
    this.cache.invalidate();
    for (const document of vscode.workspace.textDocuments) this.plan(document, 0);
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    for (const one of this.subscriptions) one.dispose();
    this.analysed.dispose();
    this.closed.dispose();
    this.cache.clear();
    this.readWith.clear();
  }

  private plan(document: vscode.TextDocument, ms: number): void {
    if (!isCandidate(document)) return;
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      setTimeout(() => {
        this.timers.delete(key);
        this.look(document);
      }, ms),
    );
  }

  private look(document: vscode.TextDocument): void {
    if (document.isClosed) return;
    if (!this.analysis(document)) this.cache.delete(document.uri.toString());
    this.analysed.fire(document);
  }

  private forget(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
    this.cache.delete(key);
    this.readWith.delete(key);
    this.closed.fire(document.uri);
  }
}
