import * as vscode from "vscode";
import { gpusOf } from "../deployment/settled.ts";
import { measuredWorkload, workloadOf } from "../live/measured-workload.ts";
import { predictionFrom } from "../live/prediction.ts";
import { LiveSeries } from "../live/series.ts";
import type { LivePoint } from "../live/snapshot.ts";
import { viewPoint } from "../live/view-point.ts";
import type { LiveWindow } from "../live/window.ts";
import type { ServerIdentity } from "../platform/identity.ts";
import type { Runner } from "../platform/run-worker.ts";
import { type LoopStatus, ScrapeLoop } from "../platform/scrape-loop.ts";
import { redactUrl } from "../platform/url.ts";
import type { FromLiveView, LiveHeader, Prediction, ToLiveView } from "../protocol/live-view.ts";
import { deploymentWords } from "../simulation/report/layout-words.ts";
import type { Report } from "../simulation/report/report.ts";
import type { Workload } from "../simulation/workload/workload.ts";
import type { Subject } from "./subject.ts";
import { seed } from "./workload-choice.ts";

/** Seconds of live load that a prediction is made for. */
const measuredSeconds = 300;
/** After so many seconds of load, and again whenever that has doubled, the prediction is made anew: early on, short requests weigh too much. */
const firstPredictionSeconds = 15;

export interface AttachmentPorts {
  readonly runner: Runner;
  readonly send: (message: ToLiveView) => void;
  readonly changed: () => void;
  readonly report: () => Report | undefined;
  readonly fileWorkload: () => Workload | undefined;
  readonly log: (text: string) => void;
}

export type Basis = Extract<FromLiveView, { kind: "predict" }>["basis"];

/** One attached server: its history, the loop that asks it, and the prediction drawn beside it. Goes on while no page looks. */
export class Attachment {
  readonly series = new LiveSeries();
  private readonly loop: ScrapeLoop;
  private identity: ServerIdentity | undefined;
  private prediction: Prediction | null = null;
  private predicting = false;
  private basis: Basis = "measured";
  /** Seconds of load behind the measured prediction. */
  private predictedFrom = 0;

  constructor(
    readonly url: string,
    readonly subject: Subject | undefined,
    private readonly intervalMs: number,
    token: string | undefined,
    private readonly ports: AttachmentPorts,
  ) {
    this.loop = new ScrapeLoop({
      url,
      series: this.series,
      intervalMs,
      token,
      onPoint: (point) => this.received(point),
      onStatus: (status) => {
        ports.send(stateMessage(status));
        ports.changed();
      },
      onIdentity: (identity) => {
        this.identity = identity;
        ports.send({ kind: "header", header: this.header() });
      },
      onProblems: (problems) => ports.log(`${redactUrl(url)}: ${problems.slice(0, 5).join("; ")}`),
    });
  }

  get status(): LoopStatus {
    return this.loop.status;
  }

  get last(): LivePoint | undefined {
    return this.series.last;
  }

  /** As the server says it; null where it does not. */
  get version(): string | null {
    return this.identity?.version ?? null;
  }

  /** What the last minutes measured; undefined before two answers came. */
  window(): LiveWindow | undefined {
    return this.series.window(measuredSeconds);
  }

  start(): void {
    this.usePresentReport();
    this.loop.start();
  }

  stop(): void {
    this.loop.stop();
  }

  retry(token?: string): void {
    this.loop.retry(token);
  }

  /** All that a page must know, in order. */
  everything(): readonly ToLiveView[] {
    return [
      { kind: "header", header: this.header() },
      { kind: "history", points: this.series.points.map(viewPoint) },
      stateMessage(this.loop.status),
      { kind: "prediction", prediction: this.prediction },
    ];
  }

  /** A report was made or replaced: until a measured load is predicted, it is the best there is. */
  usePresentReport(): void {
    const report = this.ports.report();
    if (!report || (this.basis === "measured" && this.prediction?.basis === measuredWords())) return;
    this.show(predictionFrom(report, vscode.l10n.t("the last report")));
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

  private received(point: LivePoint): void {
    this.ports.send({ kind: "point", point: viewPoint(point) });
    this.ports.changed();
    if (point.state === "restarted") this.predictedFrom = 0;
    if (this.basis === "measured" && point.state === "live" && !this.predicting) void this.predictMeasured();
  }

  private async predictMeasured(): Promise<void> {
    const measured = measuredWorkload(this.window());
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
      if (end.kind === "done" && end.outcome.report) this.show(predictionFrom(end.outcome.report, basis));
      else if (end.kind === "failed") this.ports.log(`prediction failed: ${end.message}`);
    } finally {
      this.predicting = false;
    }
  }

  private show(prediction: Prediction): void {
    this.prediction = prediction;
    this.ports.send({ kind: "prediction", prediction });
  }

  private header(): LiveHeader {
    const { subject, identity } = this;
    const deployment = subject?.analysis.deployment;
    const version = identity?.version ? ` ${identity.version}` : "";
    const kind = this.series.last?.snapshot?.server.kind ?? "vllm";
    const line = deployment ? deployment.anchor.start.line : null;
    const file = subject?.document.uri.path.split("/").at(-1);
    return {
      url: redactUrl(this.url),
      deployment: deployment?.name ?? null,
      place: file !== undefined && line !== null ? `${file}:${line + 1}` : null,
      line,
      server: `${kind === "vllm" ? "vLLM" : kind}${version}`,
      model: identity?.model ?? this.series.last?.snapshot?.server.model ?? null,
      intervalSeconds: this.intervalMs / 1000,
      words: subject ? deploymentLine(subject.analysis) : "",
      slo: deployment?.slo?.value ?? null,
    };
  }
}

function measuredWords(): string {
  return vscode.l10n.t("measured workload");
}

/** `Llama-3.3-70B-Instruct · 8 × H100-SXM5-80GB · TP 4 × SP 2`; a server does not tell its layout, so the file does. */
function deploymentLine({ deployment, settled }: Subject["analysis"]): string {
  const pool = settled?.pools[0];
  return [
    deployment.model?.value.name.split("/").at(-1) ?? "",
    pool ? `${gpusOf(pool)} × ${pool.gpu.id}` : "",
    settled ? deploymentWords(settled) : "",
  ]
    .filter((part) => part !== "")
    .join(" · ");
}

function stateMessage({ state, detail, since, retryAt }: LoopStatus): ToLiveView {
  const now = Date.now() / 1000;
  return {
    kind: "state",
    state,
    detail,
    sinceSeconds: Math.max(0, now - since),
    retryInSeconds: retryAt === null ? null : Math.max(0, retryAt - now),
  };
}
