import * as vscode from "vscode";
import type { MeasuredTiming } from "../deployment/calibration.ts";
import { withTiming } from "../deployment/write-calibration.ts";
import type { BenchView, FromBenchView, ToBenchView } from "../protocol/bench-view.ts";
import { offerCalibration } from "./calibration-offer.ts";
import { KeptByPage } from "./kept-by-page.ts";
import type { Log } from "./log.ts";
import { PagePanel } from "./page-panel.ts";
import { pageRequests } from "./page-requests.ts";
import { panelIdOf, panelSubject } from "./panel-subject.ts";
import { report as tellFailure } from "./register-command.ts";
import type { VirtualTexts } from "./virtual-texts.ts";

const viewType = "inferenceLens.bench";

/** A benchmark as its page shows it, and what would be kept of it. */
export interface ShownBenchmark {
  readonly view: BenchView;
  readonly timing: MeasuredTiming | null;
}

interface Open {
  readonly page: PagePanel<FromBenchView, ToBenchView>;
  shown: ShownBenchmark;
}

/** Pages of imported benchmarks, one a deployment: the newest import takes the place of the one before. */
export class BenchmarkPages implements vscode.Disposable {
  private readonly open = new Map<string, Open>();
  private readonly kept: KeptByPage<ShownBenchmark>;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly texts: VirtualTexts,
    private readonly log: Log,
  ) {
    this.kept = new KeptByPage(context.workspaceState, "inferenceLens.keptBenchmarks", String(context.extension.packageJSON.version));
  }

  async show(uri: vscode.Uri, deploymentId: string, shown: ShownBenchmark): Promise<void> {
    const id = panelIdOf(uri, deploymentId);
    await this.kept.keep(id, shown);
    const before = this.open.get(id);
    if (before) {
      before.shown = shown;
      before.page.send({ kind: "bench", bench: shown.view });
      before.page.reveal();
      return;
    }
    const column = vscode.window.activeTextEditor ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
    const title = vscode.l10n.t("{0}: benchmark", shown.view.name);
    this.adopt(vscode.window.createWebviewPanel(viewType, title, column, { enableFindWidget: true }), id, shown);
  }

  /** A page that VS Code brings back after a reload. */
  restore(panel: vscode.WebviewPanel, id: string): void {
    const shown = this.kept.of(id);
    if (shown) this.adopt(panel, id, shown);
    else panel.dispose();
  }

  dispose(): void {
    for (const { page } of this.open.values()) page.dispose();
    this.open.clear();
  }

  private adopt(panel: vscode.WebviewPanel, id: string, shown: ShownBenchmark): void {
    const subject = panelSubject(id);
    const page = new PagePanel<FromBenchView, ToBenchView>(
      panel,
      this.context.extensionUri,
      { page: "bench", id },
      {
        ready: () => page.send({ kind: "bench", bench: open.shown.view }),
        receive: (request) => this.told(pageRequests(request, subject?.uri, subject?.deploymentId) ?? this.receive(request, id, open)),
        closed: () => {
          this.open.delete(id);
          page.dispose();
        },
      },
    );
    const open: Open = { page, shown };
    this.open.set(id, open);
  }

  private async receive(request: FromBenchView, id: string, { shown: { timing } }: Open): Promise<void> {
    const subject = panelSubject(id);
    if (request.kind !== "keep" || !timing || !subject) return;
    await offerCalibration(this.texts, subject.uri, subject.deploymentId, (existing, owner) => withTiming(existing, { ...owner, timing }));
  }

  private told(work: Promise<void>): void {
    work.catch((error: unknown) => tellFailure("importBenchmark", error, this.log));
  }
}
