import { type Message, message } from "../deployment/message.ts";
import { gpusOf } from "../deployment/settled.ts";
import type { Alert } from "../live/alerts/alerts.ts";
import { type DriftRow, driftRows } from "../live/drift/drift.ts";
import { driftOf } from "../live/drift/drift-of.ts";
import { identityOf, unseenPage } from "../live/running/identify.ts";
import type { RunningServer } from "../live/running/running-server.ts";
import { type ToldPart, withPart } from "../live/running/told-part.ts";
import { LiveSeries } from "../live/series/series.ts";
import type { LiveWindow } from "../live/series/window.ts";
import type { LivePoint } from "../live/snapshot.ts";
import type { LiveSource, Look } from "../live/source.ts";
import { systemClock } from "../platform/clock.ts";
import type { FetchText } from "../platform/http.ts";
import { identityFrom, type ServerIdentity } from "../platform/identity.ts";
import { type LoopStatus, ScrapeLoop } from "../platform/scrape-loop.ts";
import type { LiveHeader, ToLiveView } from "../protocol/live-view.ts";
import { deploymentWords } from "../simulation/report/layout-words.ts";
import { gpuPeakOf } from "./gpu-peak.ts";
import { LiveFeed } from "./live-feed.ts";
import { type Basis, LivePredictor, type PredictorPorts } from "./live-prediction.ts";
import { type LiveTarget, liveTarget } from "./live-target.ts";
import { Pulse } from "./pulse.ts";
import type { Replay, ReplayPlace } from "./replay.ts";
import { ServerAlerts } from "./server-alerts.ts";
import type { Subject } from "./subject.ts";
import { translated } from "./translate.ts";

/** Seconds of live load that a prediction is made for. */
const measuredSeconds = 300;

export interface AttachmentPorts extends PredictorPorts {
  /** How servers are reached, where its source brings no way of its own. */
  readonly fetchText: FetchText;
  readonly changed: () => void;
  /** The server said what it runs: at its first answer, and whenever it was started anew. */
  readonly identified: (running: RunningServer) => void;
  /** Where the server runs otherwise than the file says. */
  readonly drift: () => readonly DriftRow[];
  /** What a person should know of a source before reading on. */
  readonly tell: (words: Message) => void;
  /** Where a recording stands and how it goes, now and then. */
  readonly moved: (place: ReplayPlace) => void;
  /** Each look as it came. */
  readonly looked: (look: Look) => void;
}

/** One attached server: its history, the loop that asks it, and the prediction drawn beside it. Goes on while no page looks. */
export class Attachment {
  readonly series = new LiveSeries();
  /** What its page sees of it. */
  readonly feed: LiveFeed;
  private readonly loop: ScrapeLoop;
  private identity: ServerIdentity | undefined;
  /** Of the servers of a fleet, each once. */
  private versions: readonly string[] = [];
  private readonly prediction: LivePredictor;
  private readonly target: LiveTarget;
  private readonly gpuPeak: LiveHeader["gpuPeak"];
  private readonly paced = new Pulse(250);
  private readonly told: ServerAlerts;

  constructor(
    readonly url: string,
    readonly subject: Subject | undefined,
    /** Between two looks, as it is wanted now. */
    private readonly wantedMs: () => number,
    keyFor: (address: string) => string | undefined,
    private readonly ports: AttachmentPorts,
  ) {
    this.feed = new LiveFeed(this.series, ports.send);
    this.prediction = new LivePredictor(subject, {
      ...ports,
      series: this.series,
      window: () => this.window(),
      running: () => this.running,
    });
    this.gpuPeak = subject?.analysis.settled ? gpuPeakOf(subject.analysis.settled) : null;
    this.target = liveTarget(url);
    const { source, fetchText, pastSeconds, replay } = this.target;
    this.told = new ServerAlerts({ name: source.name, url }, ports.log);
    this.loop = new ScrapeLoop({
      source,
      series: this.series,
      intervalMs: () => this.intervalMs,
      fetchText: fetchText ?? ports.fetchText,
      keyFor,
      say: translated,
      ...(replay ? { clock: replay.clock } : {}),
      ...(pastSeconds ? { past: { seconds: pastSeconds, stepSeconds: 1 } } : {}),
      onPast: () => {
        for (const message of this.everything()) ports.send(message);
      },
      onPoint: (point, look) => this.received(point, look),
      onStatus: () => {
        ports.send(this.stateMessage());
        ports.changed();
      },
      onIdentity: (identity) => {
        this.identity = identity;
        ports.identified(identity.running);
        ports.send({ kind: "header", header: this.header() });
      },
      onVersions: (versions) => {
        this.versions = versions;
        ports.send({ kind: "header", header: this.header() });
      },
      onLimits: (limits) => ports.tell(message("{0} says more than is read here: {1}", source.name, limits.join("; "))),
      onProblems: (problems) => ports.log(`${source.name}: ${problems.slice(0, 5).join("; ")}`),
    });
    replay?.play({ loop: this.loop, series: this.series, log: ports.log, tell: ports.tell, changed: (what) => this.replayed(what) });
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
    return (this.replay?.clock ?? systemClock).now() / 1000;
  }

  /** Where it is a recording: what plays it. */
  get replay(): Replay | undefined {
    return this.target.replay;
  }

  get source(): LiveSource {
    return this.target.source;
  }

  get intervalSeconds(): number {
    return this.replay?.header?.intervalSeconds ?? this.intervalMs / 1000;
  }

  private get intervalMs(): number {
    const { source, leastIntervalMs } = this.target;
    return source.keepsPace ? 0 : Math.max(this.wantedMs(), leastIntervalMs);
  }

  /** As the server said it last. */
  get running(): RunningServer | null {
    return this.identity?.running ?? null;
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

  /** Another place tells what the server does not say itself. */
  alsoTold(part: ToldPart): void {
    const running = withPart(this.running ?? identityOf(unseenPage), part);
    this.identity = identityFrom(running);
    this.ports.identified(running);
    this.ports.send({ kind: "header", header: this.header() });
  }

  start(): void {
    this.prediction.usePresentReport();
    this.loop.start();
  }

  stop(): void {
    this.loop.stop();
    this.prediction.stop();
    this.target.stop();
  }

  /** Tries at once, with the keys that there are now. */
  retry(): void {
    this.loop.retry();
  }

  /** Somebody looks again: looks that were rare meanwhile are not waited for. */
  wake(): void {
    const { last, now, replay, status } = this;
    if (last && !replay && status.state !== "needs-key" && now - last.time > (2 * this.wantedMs()) / 1000) this.loop.retry();
  }

  /** All that a page must know, in order. */
  everything(): readonly ToLiveView[] {
    return [
      ...(this.replay ? this.recorded() : [{ kind: "header", header: this.header() } as const]),
      ...(this.replay ? [{ kind: "replay", replay: this.replay.view() } as const] : []),
      ...this.feed.everything(),
      this.stateMessage(),
      ...this.prediction.messages(),
    ];
  }

  /** Predicts for the load that a person chose. */
  predict(basis: Basis): Promise<void> {
    return this.prediction.predict(basis);
  }

  private received(point: LivePoint, look: Look): void {
    this.feed.received(point);
    this.ports.looked(look);
    if (this.replay) {
      if (this.paced.isDue()) this.replayed("pace");
    } else this.told.take(this.series, this.subject?.analysis.deployment.slo?.value ?? null, this.ports.drift());
    this.ports.changed();
    this.prediction.received(point);
  }

  private replayed(what: "header" | "place" | "pace"): void {
    const { replay, ports } = this;
    if (!replay) return;
    if (what === "header" && replay.header?.running) this.identity = identityFrom(replay.header.running);
    if (what === "header") for (const message of this.recorded()) ports.send(message);
    if (what === "place") for (const message of this.everything()) ports.send(message);
    else ports.send({ kind: "replay", replay: replay.view() });
    if (what !== "header") ports.moved(replay.place);
  }

  /** Who was recorded. What it ran otherwise is shown on its page alone: the file may have followed since. */
  private recorded(): readonly ToLiveView[] {
    const { running, subject } = this;
    const drift = running && subject ? driftRows(driftOf(running, subject.analysis)) : [];
    return [
      { kind: "header", header: this.header() },
      { kind: "drift", rows: drift },
    ];
  }

  private stateMessage(): ToLiveView {
    const { now } = this;
    const { state, detail, since, retryAt } = this.loop.status;
    return {
      kind: "state",
      state,
      detail,
      sinceSeconds: Math.max(0, now - since),
      retryInSeconds: retryAt === null ? null : Math.max(0, retryAt - now),
    };
  }

  private header(): LiveHeader {
    const { subject, identity } = this;
    const deployment = subject?.analysis.deployment;
    const version = identity?.version ? ` ${identity.version}` : "";
    const kind = this.series.last?.snapshot?.server.kind ?? "vllm";
    const line = deployment ? deployment.anchor.start.line : null;
    const file = subject?.document.uri.path.split("/").at(-1);
    return {
      url: this.replay?.header?.name ?? this.target.source.name,
      deployment: deployment?.name ?? null,
      place: file !== undefined && line !== null ? `${file}:${line + 1}` : null,
      line,
      versions: this.replay?.versions ?? this.versions,
      server: `${kind === "vllm" ? "vLLM" : kind}${version}`,
      model: identity?.model ?? this.series.last?.snapshot?.server.model ?? null,
      intervalSeconds: this.intervalSeconds,
      words: subject ? deploymentLine(subject.analysis) : "",
      slo: deployment?.slo?.value ?? null,
      gpuPeak: this.gpuPeak,
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
