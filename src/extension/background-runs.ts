import * as vscode from "vscode";
import { Runner } from "../platform/run-worker.ts";
import type { Documents } from "./documents.ts";
import { fingerprintOf } from "./finished-run.ts";
import type { LensStates } from "./lens-states.ts";
import { noEvidence } from "./report-evidence.ts";
import { firstControls, headerOf, variantOf } from "./report-model.ts";
import { Settings } from "./settings.ts";
import type { Subject } from "./subject.ts";
import { chosenLoad } from "./workload-choice.ts";

/** Rest after the last edit before a run of its own. */
const restMs = 2000;

/** Simulates what a person looks at while nothing else happens, where limits are known; any edit stops it. */
export class BackgroundRuns implements vscode.Disposable {
  private runner: Runner | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly extension: vscode.Uri,
    private readonly documents: Documents,
    private readonly lenses: LensStates,
  ) {
    this.subscriptions = [
      documents.onDidAnalyse((document) => this.plan(document)),
      vscode.workspace.onDidChangeTextDocument(() => this.runner?.stop()),
      vscode.window.onDidChangeActiveTextEditor((editor) => editor && this.plan(editor.document)),
      lenses.onDidStopBackground(() => this.runner?.stop()),
    ];
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const one of this.subscriptions) one.dispose();
    void this.runner?.dispose();
  }

  private plan(document: vscode.TextDocument): void {
    if (vscode.window.activeTextEditor?.document !== document) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.runAll(document), restMs);
  }

  private async runAll(document: vscode.TextDocument): Promise<void> {
    if (document.isClosed || !new Settings(document.uri).simulateInBackground) return;
    const analysis = this.documents.analysis(document);
    for (const one of analysis?.deployments ?? []) await this.run({ document, analysis: one });
    await this.runner?.dispose();
    this.runner = undefined;
  }

  private async run(subject: Subject): Promise<void> {
    const { document, analysis } = subject;
    const loads = this.documents.loadsFor(document.uri);
    const fingerprint = fingerprintOf(subject);
    const { deployment, findings } = analysis;
    const willStart = findings.every(({ severity }) => severity !== "error");
    if (!deployment.slo || !deployment.workload || !willStart || this.lenses.hasRun(document.uri, deployment.id, fingerprint)) return;
    const controls = firstControls(analysis, deployment.workload.value, loads);
    const variant = variantOf(analysis, controls, loads);
    const workload = chosenLoad(loads, controls);
    if (!variant.settled || !variant.estimate || !workload) return;
    const { version } = document;
    this.runner ??= new Runner(vscode.Uri.joinPath(this.extension, "dist", "worker.js").fsPath);
    const started = performance.now();
    const end = await this.runner.run({ settled: variant.settled, workload, seed: controls.seed });
    const report = end.kind === "done" ? end.outcome.report : undefined;
    // Stopped by an edit, or overtaken by a click: the figures belong to nothing that is shown.
    if (!report || report.stoppedAtSeconds !== null || document.version !== version) return;
    if (this.lenses.hasRun(document.uri, deployment.id, fingerprint)) return;
    const header = headerOf(subject, controls, variant, loads);
    const wallSeconds = (performance.now() - started) / 1000;
    this.lenses.simulated(
      {
        uri: document.uri.toString(),
        deploymentId: deployment.id,
        header,
        controls,
        report,
        evidence: noEvidence,
        wallSeconds,
        fingerprint,
      },
      true,
    );
  }
}
