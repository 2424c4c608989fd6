import * as vscode from "vscode";
import { type Afterwards, afterwards } from "../live/prediction/afterwards.ts";
import { asServed } from "../live/prediction/explain/as-served.ts";
import { explainGap } from "../live/prediction/explain/explain-gap.ts";
import type { Gap } from "../live/prediction/explain/gap.ts";
import { firstPredictionSeconds, type NoPrediction, whyNoPrediction } from "../live/prediction/no-prediction.ts";
import { predictionFrom } from "../live/prediction/prediction.ts";
import { shiftSteps } from "../live/prediction/shift-share.ts";
import type { ShiftSteps } from "../live/prediction/shift-steps.ts";
import type { Standing } from "../live/prediction/standing.ts";
import { standingPlan } from "../live/prediction/standing-plan.ts";
import { watchedPart } from "../live/prediction/watched-part.ts";
import type { RunningServer } from "../live/running/running-server.ts";
import type { LiveSeries } from "../live/series/series.ts";
import type { LiveWindow } from "../live/series/window.ts";
import type { LivePoint } from "../live/snapshot.ts";
import { type MeasuredWorkload, measuredWorkload } from "../live/workload/measured-workload.ts";
import { carriedOutBy, type Runs } from "../platform/run-pool.ts";
import type { FromLiveView, Prediction, ToLiveView } from "../protocol/live-view.ts";
import type { Report } from "../simulation/report/report.ts";
import { atRate } from "../simulation/workload/at-rate.ts";
import type { Workload } from "../simulation/workload/workload.ts";
import type { Subject } from "./subject.ts";
import { firstSeed as seed } from "./workload-choice.ts";

/** Whenever the load behind it has doubled, the prediction is made anew, and then as often: loads change over a day. */
const againSeconds = 300;
/** So often is the time after the load was read laid beside the prediction. */
const comparedEverySeconds = 5;
/** Of an engine's steps the last hour is told. */
const stepSeconds = 3600;

export interface PredictorPorts {
  readonly runs: Runs;
  readonly send: (message: ToLiveView) => void;
  readonly report: () => Report | undefined;
  readonly fileWorkload: () => Workload | undefined;
  readonly log: (text: string) => void;
}

interface WatchedPorts extends PredictorPorts {
  readonly series: LiveSeries;
  readonly window: () => LiveWindow | undefined;
  readonly running: () => RunningServer | null;
}

export type Basis = Extract<FromLiveView, { kind: "predict" }>["basis"];

/** What is shown of it; null = not known yet. */
interface Shown {
  readonly prediction: Prediction | null;
  readonly gap: Gap | null;
  readonly standing: Standing | null;
  readonly steps: ShiftSteps | null;
  readonly afterwards: Afterwards | null;
}

/**
 * The prediction drawn beside an attached server, why it differs, and where the server stands on its curve. Simulations run elsewhere, the
 * newest in place of those before it, and end when the server is detached.
 */
export class LivePredictor {
  private shown: Shown = { prediction: null, gap: null, standing: null, steps: null, afterwards: null };
  private going: AbortController | undefined;
  private basis: Basis = "measured";
  /** Seconds of load behind the measured prediction, and when it was made, in unix seconds. */
  private predictedFrom = 0;
  private predictedAt = 0;
  /** Unix seconds of the end of the load behind the shown prediction; null where it was not read off the server. */
  private readUntil: number | null = null;
  private comparedAt = 0;
  private toldAbsent: NoPrediction | null = null;

  constructor(
    private readonly subject: Subject | undefined,
    private readonly ports: WatchedPorts,
  ) {}

  /** All that a page must know. */
  messages(): readonly ToLiveView[] {
    const { prediction, gap, standing, steps, afterwards } = this.shown;
    return [
      { kind: "prediction", prediction, absent: this.absent },
      { kind: "gap", gap },
      { kind: "standing", standing },
      { kind: "shift-steps", steps },
      { kind: "afterwards", afterwards },
    ];
  }

  /** A report was made or replaced: until a measured load is predicted, it is the best there is. */
  usePresentReport(): void {
    const report = this.ports.report();
    if (!report || (this.basis === "measured" && this.shown.prediction?.basis === measuredWords())) return;
    this.showUnread(predictionFrom(report, { basis: vscode.l10n.t("the last report"), window: this.ports.window() }));
  }

  /** Predicts for the load that a person chose. */
  async predict(basis: Basis): Promise<void> {
    this.basis = basis;
    switch (basis) {
      case "report":
        this.stop();
        this.usePresentReport();
        break;
      case "file":
        await this.simulate(this.ports.fileWorkload());
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
    this.tellAbsent();
    this.lookAfterwards(point);
    if (this.basis !== "measured" || point.state !== "live" || this.going) return;
    this.predictMeasured().catch((error: unknown) => this.ports.log(`prediction failed: ${String(error)}`));
  }

  /** Ends what is being simulated. */
  stop(): void {
    this.going?.abort();
    this.going = undefined;
  }

  private async predictMeasured(): Promise<void> {
    const { series } = this.ports;
    const window = this.ports.window();
    const load = measuredWorkload(window, series.points);
    if (!window || typeof load === "string" || !this.isDue(load, window.to)) return;
    this.predictedFrom = load.seconds;
    this.predictedAt = window.to;
    await this.explain(load, window);
  }

  private isDue({ seconds }: MeasuredWorkload, now: number): boolean {
    if (seconds < firstPredictionSeconds) return false;
    return seconds >= 2 * this.predictedFrom || now - this.predictedAt >= againSeconds;
  }

  private async explain(load: MeasuredWorkload, window: LiveWindow): Promise<void> {
    const { series, runs } = this.ports;
    const analysis = this.subject?.analysis;
    const settled = analysis?.settled;
    if (!analysis || !settled) return;
    const { points } = series;
    const server = this.ports.running();
    const part = watchedPart(settled, this.assumed(), window.last.server.engines);
    const context = { settled: part.settled, plans: analysis.memory, window, points, server };
    await this.inPlaceOfOthers(async (signal) => {
      const plan = explainGap({ ...context, assumed: part.assumed, load, seed, basis: measuredWords() });
      const explained = await carriedOutBy(plan, runs, signal, () => undefined);
      if (signal.aborted) return;
      if (explained) {
        this.readUntil = window.to;
        this.show({ prediction: explained.prediction, gap: explained.gap, afterwards: null });
      }
      const hour = series.window(stepSeconds);
      this.show({ steps: hour ? shiftSteps(settled, hour, load) : null });
      const served = asServed(context).settled;
      const standing = await carriedOutBy(standingPlan({ settled: served, load, window, points, seed }), runs, signal, () => undefined);
      if (!signal.aborted) this.show({ standing: standing ?? null });
    });
  }

  /** The file's workload, at the rate that it was last simulated at. */
  private assumed(): Workload | null {
    const workload = this.ports.fileWorkload();
    const simulated = this.ports.report()?.workload;
    if (!workload || simulated?.name !== workload.name || simulated?.ratePerSecond == null) return workload ?? null;
    return atRate(workload, simulated.ratePerSecond);
  }

  private async simulate(workload: Workload | undefined): Promise<void> {
    const settled = this.subject?.analysis.settled;
    if (!settled || !workload) return;
    await this.inPlaceOfOthers(async (signal) => {
      const end = await this.ports.runs.run({ settled, workload, seed }, signal);
      if (end.kind === "failed") this.ports.log(`prediction failed: ${end.message}`);
      if (signal.aborted || end.kind !== "done" || !end.outcome.report) return;
      const basis = vscode.l10n.t("the file's workload");
      this.showUnread(predictionFrom(end.outcome.report, { basis, window: this.ports.window() }));
    });
  }

  /** A prediction whose load did not come off the server. */
  private showUnread(prediction: Prediction): void {
    this.readUntil = null;
    this.show({ prediction, afterwards: null });
  }

  private lookAfterwards({ time }: LivePoint): void {
    const { prediction } = this.shown;
    if (!prediction || this.readUntil === null || Math.abs(time - this.comparedAt) < comparedEverySeconds) return;
    this.comparedAt = time;
    this.show({ afterwards: afterwards(prediction, this.ports.series, this.readUntil) });
  }

  private async inPlaceOfOthers(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.stop();
    const own = new AbortController();
    this.going = own;
    this.tellAbsent();
    try {
      await work(own.signal);
    } finally {
      if (this.going === own) this.going = undefined;
      this.tellAbsent();
    }
  }

  private get absent(): NoPrediction | null {
    if (this.shown.prediction) return null;
    const { subject, ports, basis } = this;
    return whyNoPrediction({
      isSimulating: this.going !== undefined,
      isSettled: subject ? subject.analysis.settled !== undefined : null,
      load: basis === "measured" ? measuredWorkload(ports.window(), ports.series.points) : null,
    });
  }

  private tellAbsent(): void {
    const { absent } = this;
    if (absent === this.toldAbsent) return;
    this.toldAbsent = absent;
    this.ports.send({ kind: "prediction", prediction: this.shown.prediction, absent });
  }

  private show(part: Partial<Shown>): void {
    this.shown = { ...this.shown, ...part };
    for (const message of this.messages()) if (isOf(message, part)) this.ports.send(message);
  }
}

/** Which of the messages a part of what is shown is in. */
function isOf({ kind }: ToLiveView, part: Partial<Shown>): boolean {
  return kind === "shift-steps" ? part.steps !== undefined : kind in part;
}

function measuredWords(): string {
  return vscode.l10n.t("measured workload");
}
