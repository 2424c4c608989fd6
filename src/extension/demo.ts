import * as vscode from "vscode";
import { type DemoRun, playedRun } from "../demo/demo-run.ts";
import { type DemoFleet, startDemoFleet } from "../demo/fleet.ts";
import { runLog } from "../demo/run-log.ts";
import { Runner } from "../platform/run-worker.ts";
import type { Documents } from "./documents.ts";
import { UserFacingError } from "./errors.ts";
import { firstControls, variantOf } from "./report-model.ts";
import { normalised } from "./server-choice.ts";
import type { Subject } from "./subject.ts";
import { chosenLoad } from "./workload-choice.ts";

/** A simulated run of a deployment on this machine, played as its server, or each server of its pools, would look. */
export class Demo implements vscode.Disposable {
  private server: DemoFleet | undefined;
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly extension: vscode.Uri,
    private readonly documents: Documents,
  ) {}

  /** Address of the running server, of several as attaching takes them. */
  get url(): string | undefined {
    return this.server?.address;
  }

  /** Whether that is what is attached there. */
  isAt(attached: string): boolean {
    return this.url !== undefined && normalised(this.url) === attached;
  }

  /** Simulates the deployment and plays it from now on; a server that runs already is replaced. */
  async start(subject: Subject): Promise<string> {
    const { name, model } = subject.analysis.deployment;
    const progress = { location: vscode.ProgressLocation.Window, title: vscode.l10n.t("Simulating {0} for the demo server", name) };
    const run = await vscode.window.withProgress(progress, () => this.simulate(subject));
    await this.stop();
    this.server = await startDemoFleet({ ...run, ...(model ? { model: model.value.name } : {}) });
    await vscode.commands.executeCommand("setContext", "inferenceLens.demoRunning", true);
    this.changed.fire();
    return this.server.address;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    await server?.close();
    await vscode.commands.executeCommand("setContext", "inferenceLens.demoRunning", false);
    this.changed.fire();
  }

  dispose(): void {
    void this.server?.close();
    this.changed.dispose();
  }

  private async simulate({ document, analysis }: Subject): Promise<DemoRun> {
    const loads = this.documents.loadsFor(document.uri);
    const controls = firstControls(analysis, "chat", loads);
    const { settled, estimate } = variantOf(analysis, controls, loads);
    const workload = chosenLoad(loads, controls);
    if (!settled || !estimate || !workload) {
      throw new UserFacingError(
        "simulation",
        vscode.l10n.t("{0} cannot be simulated: it does not fit, or too little is known.", analysis.deployment.name),
      );
    }
    const runner = new Runner(vscode.Uri.joinPath(this.extension, "dist", "worker.js").fsPath);
    try {
      const end = await runner.run({ settled, workload, seed: controls.seed, recordFrom: 0 });
      if (end.kind === "failed") throw new Error(end.message);
      if (end.kind === "replaced") throw new vscode.CancellationError();
      if (end.outcome.error) throw new UserFacingError("simulation", end.outcome.error.message);
      return playedRun(settled, end.outcome.report, end.timeline ? runLog(end.timeline) : undefined);
    } finally {
      await runner.dispose();
    }
  }
}
