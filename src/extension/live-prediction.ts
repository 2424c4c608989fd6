import * as vscode from "vscode";
import { measuredWorkload, workloadOf } from "../live/measured-workload.ts";
import { predictionFrom } from "../live/prediction.ts";
import type { LivePoint } from "../live/snapshot.ts";
import type { LiveWindow } from "../live/window.ts";
import type { Runner } from "../platform/run-worker.ts";
import type { FromLiveView, Prediction, ToLiveView } from "../protocol/live-view.ts";
import type { Report } from "../simulation/report/report.ts";
import type { Workload } from "../simulation/workload/workload.ts";
import type { Subject } from "./subject.ts";
import { seed } from "./workload-choice.ts";

/** After so many seconds of load, and again whenever that has doubled, the prediction is made anew: early on, short requests weigh too much. */
const firstPredictionSeconds = 15;

export interface PredictorPorts {
  readonly runner: Runner;
  readonly send: (message: ToLiveView) => void;
  readonly report: () => Report | undefined;
  readonly fileWorkload: () => Workload | undefined;
  readonly log: (text: string) => void;
}

export type Basis = Extract<FromLiveView, { kind: "predict" }>["basis"];

/** The prediction drawn beside an attached server. */
export class LivePredictor {
  private shown: Prediction | null = null;
  private predicting = false;
  private basis: Basis = "measured";
  /** Seconds of load behind the measured prediction. */
  private predictedFrom = 0;

  constructor(
    private readonly subject: Subject | undefined,
    private readonly ports: PredictorPorts & { readonly window: () => LiveWindow | undefined },
  ) {}

  get current(): Prediction | null {
    return this.shown;
  }

  /** A report was made or replaced: until a measured load is predicted, it is the best there is. */
  usePresentReport(): void {
    const report = this.ports.report();
    if (!report || (this.basis === "measured" && this.shown?.basis === measuredWords())) return;
    this.show(predictionFrom(report, { basis: vscode.l10n.t("the last report"), window: this.ports.window() }));
  }

  /** Predicts for the load that a person chose. */
  async predict(basis: Basis): Promise<void> {
    this.basis = basis;
    switch (basis) {
      case "report":
        this.usePresentReport();
        break;
      case "file":
        await this.simulate(this.ports.fileWorkload(), vscode.l10n.t("the file's workload"));
        break;
      case "measured":
        this.predictedFrom = 0;
        await this.predictMeasured();
        break;
      default: {
        const never: never = basis;
        return never;
      }
    }
  }

  /** A look came in: with enough load behind it, the measured prediction is made or made anew. */
  received(point: LivePoint): void {
    if (point.state === "restarted") this.predictedFrom = 0;
    if (this.basis === "measured" && point.state === "live" && !this.predicting) void this.predictMeasured();
  }

  private async predictMeasured(): Promise<void> {
    const measured = measuredWorkload(this.ports.window());
    if (typeof measured === "string" || measured.seconds < Math.max(firstPredictionSeconds, 2 * this.predictedFrom)) return;
    this.predictedFrom = measured.seconds;
    await this.simulate(workloadOf(measured), measuredWords());
  }

  private async simulate(workload: Workload | undefined, basis: string): Promise<void> {
    const settled = this.subject?.analysis.settled;
    if (!settled || !workload || this.predicting) return;
    this.predicting = true;
    try {
      const end = await this.ports.runner.run({ settled, workload, seed });
      if (end.kind === "done" && end.outcome.report) {
        const isMeasuredLoad = this.basis === "measured";
        this.show(predictionFrom(end.outcome.report, { basis, window: this.ports.window(), isMeasuredLoad }));
      } else if (end.kind === "failed") this.ports.log(`prediction failed: ${end.message}`);
    } finally {
      this.predicting = false;
    }
  }

  private show(prediction: Prediction): void {
    this.shown = prediction;
    this.ports.send({ kind: "prediction", prediction });
  }
}

function measuredWords(): string {
  return vscode.l10n.t("measured workload");
}
