import { gpusOf } from "../deployment/settled.ts";
import type { Alert } from "../live/alerts/alerts.ts";
import type { RunningServer } from "../live/running-server.ts";
import { LiveSeries } from "../live/series.ts";
import type { LivePoint } from "../live/snapshot.ts";
import type { LiveWindow } from "../live/window.ts";
import type { ServerIdentity } from "../platform/identity.ts";
import { type LoopStatus, ScrapeLoop } from "../platform/scrape-loop.ts";
import type { LiveHeader, ToLiveView } from "../protocol/live-view.ts";
import { deploymentWords } from "../simulation/report/layout-words.ts";
import { LiveFeed } from "./live-feed.ts";
import { type Basis, LivePredictor, type PredictorPorts } from "./live-prediction.ts";
import { type LiveTarget, liveTarget } from "./live-target.ts";
import { ServerAlerts } from "./server-alerts.ts";
import type { Subject } from "./subject.ts";

/** Seconds of live load that a prediction is made for. */
const measuredSeconds = 300;

export interface AttachmentPorts extends PredictorPorts {
  readonly changed: () => void;
  /** The server said what it runs: at its first answer, and whenever it was started anew. */
  readonly identified: (running: RunningServer) => void;
}

/** One attached server: its history, the loop that asks it, and the prediction drawn beside it. Goes on while no page looks. */
export class Attachment {
  readonly series = new LiveSeries();
  /** What its page sees of it. */
  readonly feed: LiveFeed;
  private readonly loop: ScrapeLoop;
  private identity: ServerIdentity | undefined;
  private readonly prediction: LivePredictor;
  private readonly target: LiveTarget;
  private readonly intervalMs: number;
  private readonly told: ServerAlerts;

  constructor(
    readonly url: string,
    readonly subject: Subject | undefined,
    intervalMs: number,
    keyFor: (address: string) => string | undefined,
    private readonly ports: AttachmentPorts,
  ) {
    this.feed = new LiveFeed(this.series, ports.send);
    this.prediction = new LivePredictor(subject, { ...ports, window: () => this.window() });
    this.target = liveTarget(url);
    const { source, fetchText, leastIntervalMs } = this.target;
    this.told = new ServerAlerts({ name: source.name, url }, ports.log);
    this.intervalMs = Math.max(intervalMs, leastIntervalMs);
    this.loop = new ScrapeLoop({
      source,
      series: this.series,
      intervalMs: this.intervalMs,
      ...(fetchText ? { fetchText } : {}),
      keyFor,
      onPoint: (point) => this.received(point),
      onStatus: (status) => {
        ports.send(stateMessage(status));
        ports.changed();
      },
      onIdentity: (identity) => {
        this.identity = identity;
        ports.identified(identity.running);
        ports.send({ kind: "header", header: this.header() });
      },
      onProblems: (problems) => ports.log(`${source.name}: ${problems.slice(0, 5).join("; ")}`),
    });
  }

  get status(): LoopStatus {
    return this.loop.status;
  }

  /** For people; holds no credentials. */
  get name(): string {
    return this.target.source.name;
  }

  /** Unix seconds of the clock that its looks have. */
  get now(): number {
    return Date.now() / 1000;
  }

  /** What a person who does not look should know of now. */
  get alerts(): readonly Alert[] {
    return this.told.current;
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
    this.prediction.usePresentReport();
    this.loop.start();
  }

  stop(): void {
    this.loop.stop();
    this.target.stop();
  }

  /** Tries at once, with the keys that there are now. */
  retry(): void {
    this.loop.retry();
  }

  /** All that a page must know, in order. */
  everything(): readonly ToLiveView[] {
    return [
      { kind: "header", header: this.header() },
      ...this.feed.everything(),
      stateMessage(this.loop.status),
      { kind: "prediction", prediction: this.prediction.current },
    ];
  }

  /** Predicts for the load that a person chose. */
  predict(basis: Basis): Promise<void> {
    return this.prediction.predict(basis);
  }

  private received(point: LivePoint): void {
    this.feed.received(point);
    this.told.take(this.series, this.subject?.analysis.deployment.slo?.value ?? null, []);
    this.ports.changed();
    this.prediction.received(point);
  }

  private header(): LiveHeader {
    const { subject, identity } = this;
    const deployment = subject?.analysis.deployment;
    const version = identity?.version ? ` ${identity.version}` : "";
    const kind = this.series.last?.snapshot?.server.kind ?? "vllm";
    const line = deployment ? deployment.anchor.start.line : null;
    const file = subject?.document.uri.path.split("/").at(-1);
    return {
      url: this.target.source.name,
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
