import type { DriftRow } from "../../src/live/drift/drift.ts";
import type { Afterwards } from "../../src/live/prediction/afterwards.ts";
import type { Gap } from "../../src/live/prediction/explain/gap.ts";
import type { NoPrediction } from "../../src/live/prediction/no-prediction.ts";
import type { ShiftSteps } from "../../src/live/prediction/shift-steps.ts";
import type { Standing } from "../../src/live/prediction/standing.ts";
import type { LivePoint, Snapshot } from "../../src/live/snapshot.ts";
import type { LiveEvent } from "../../src/live/source.ts";
import type {
  LiveConnection,
  LiveHeader,
  LiveMembers,
  Prediction,
  RecordingView,
  ReplayView,
  ToLiveView,
} from "../../src/protocol/live-view.ts";
import type { Ring } from "./ring.ts";
import type { Connection } from "./verdict-words.ts";

/** All that the host told, and when: times by this page's own clock, because the server's may differ. */
export class LiveState {
  header: LiveHeader | null = null;
  connection: LiveConnection | null = null;
  prediction: Prediction | null = null;
  absent: NoPrediction | null = null;
  members: LiveMembers | null = null;
  events: readonly LiveEvent[] = [];
  drift: readonly DriftRow[] = [];
  gap: Gap | null = null;
  standing: Standing | null = null;
  steps: ShiftSteps | null = null;
  afterwards: Afterwards | null = null;
  recording: RecordingView | null = null;
  replay: ReplayView | null = null;
  state: Connection = "connecting";
  detail = "";
  private retryAt: number | null = null;
  private silentSince: number | null = null;
  private cameAt: number | null = null;

  constructor(
    private readonly ring: Ring,
    private readonly now: () => number,
  ) {}

  receive(message: ToLiveView): void {
    switch (message.kind) {
      case "header":
        this.header = message.header;
        this.ring.intervalSeconds = message.header.intervalSeconds;
        break;
      case "connection":
        this.connection = message.connection;
        break;
      case "history":
        this.ring.clear();
        for (const point of message.points) this.ring.push(point);
        this.follow(message.points.at(-1));
        break;
      case "point":
        this.ring.push(message.point);
        this.follow(message.point);
        break;
      case "state":
        this.state = message.state;
        this.detail = message.detail;
        this.silentSince = this.now() - message.sinceSeconds * 1000;
        this.retryAt = message.retryInSeconds === null ? null : this.now() + message.retryInSeconds * 1000;
        break;
      case "prediction":
        this.prediction = message.prediction;
        this.absent = message.absent;
        break;
      case "members":
        this.members = message.members;
        break;
      case "events":
        this.events = message.events;
        break;
      case "drift":
        this.drift = message.rows;
        break;
      case "gap":
        this.gap = message.gap;
        break;
      case "standing":
        this.standing = message.standing;
        break;
      case "shift-steps":
        this.steps = message.steps;
        break;
      case "afterwards":
        this.afterwards = message.afterwards;
        break;
      case "recording":
        this.recording = message.recording;
        break;
      case "replay":
        this.replay = message.replay;
        break;
      default:
        message satisfies never;
    }
  }

  get silentSeconds(): number {
    return this.silentSince === null ? 0 : (this.now() - this.silentSince) / 1000;
  }

  get retrySeconds(): number | null {
    return this.retryAt === null ? null : Math.max(0, (this.retryAt - this.now()) / 1000);
  }

  /** Since the newest answer came; null before the first. */
  get ageSeconds(): number | null {
    return this.cameAt === null ? null : (this.now() - this.cameAt) / 1000;
  }

  /** Since the server's last start by its own word; null where it does not say. */
  get upSeconds(): number | null {
    const { answered } = this.ring;
    return answered?.snapshot?.startedAt === undefined ? null : answered.time - answered.snapshot.startedAt;
  }

  /** Who answered last. */
  get server(): Snapshot["server"] | undefined {
    return this.ring.answered?.snapshot?.server;
  }

  get engines(): number {
    return this.server?.engines ?? 1;
  }

  /** Tokens that the caches of all engines hold; null = not known. */
  get kvCapacityTokens(): number | null {
    return this.ring.answered?.snapshot?.gauges.kv_capacity_tokens ?? null;
  }

  get source(): LiveConnection["source"] {
    return this.connection?.source ?? "metrics-url";
  }

  get version(): string | null {
    return /\d+\.\d+(?:\.\d+)?/.exec(this.header?.server ?? "")?.[0] ?? null;
  }

  /** What a new point says about the connection. */
  private follow(point: LivePoint | undefined): void {
    if (!point) return;
    if (point.state === "lost") {
      if (this.state !== "lost") this.silentSince = this.now();
      this.state = "lost";
      this.detail = point.error ?? this.detail;
      return;
    }
    this.cameAt = this.now();
    this.state = point.state;
    this.detail = "";
    this.silentSince = null;
    this.retryAt = null;
  }
}
