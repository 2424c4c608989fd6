import { type Message, plain } from "../deployment/message.ts";
import { unseenPage } from "../live/running/identify.ts";
import type { LiveSeries } from "../live/series/series.ts";
import type { LivePoint, LiveState } from "../live/snapshot.ts";
import type { Ask, LiveSource, Look } from "../live/source.ts";
import { httpAsk } from "./ask.ts";
import { backoffMs } from "./backoff.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type FetchText, fetchText } from "./http.ts";
import { type IdentityQuestion, readIdentityOf, readVersionsOf, type ServerIdentity } from "./identity.ts";

/** Where an attachment stands, in the words of the live page. */
export interface LoopStatus {
  readonly state: LiveState | "connecting" | "needs-key" | "wrong-page";
  readonly detail: string;
  /** Unix seconds since when this state holds. */
  readonly since: number;
  /** Unix seconds of the next try after a failure; null while all is well or nothing is planned. */
  readonly retryAt: number | null;
}

export interface ScrapeOptions {
  readonly source: LiveSource;
  readonly series: LiveSeries;
  /** From one look to the next; asked for anew after each. */
  readonly intervalMs: number | (() => number);
  readonly timeoutMs?: number;
  /** The key for an address, where there is one. */
  readonly keyFor?: (address: string) => string | undefined;
  /** Where a source remembers, the series begins so far back, at so many seconds from look to look. */
  readonly past?: { readonly seconds: number; readonly stepSeconds: number };
  readonly onPast?: () => void;
  /** `look` is what the source gave, the point what the series made of it. */
  readonly onPoint?: (point: LivePoint, look: Look) => void;
  readonly onStatus?: (status: LoopStatus) => void;
  readonly onIdentity?: (identity: ServerIdentity) => void;
  /** The versions of a fleet's servers; asked for only where somebody listens. */
  readonly onVersions?: (versions: readonly string[]) => void;
  /** What of an answer made no sense, when it changes. */
  readonly onProblems?: (problems: readonly string[]) => void;
  /** What is left out because there is too much of it, when it changes. */
  readonly onLimits?: (limits: readonly string[]) => void;
  /** The source has no more to give. */
  readonly onEnd?: () => void;
  /** How the source reaches the world; over HTTP where absent. */
  readonly ask?: (signal: AbortSignal) => Ask;
  readonly fetchText?: FetchText;
  readonly clock?: Clock;
  /** In whose language reasons are told; English where absent. */
  readonly say?: (words: Message) => string;
  readonly random?: () => number;
}

/**
 * Looks at one source again and again: at most one look at a time, the next one interval after the last began, back-off after failures, no
 * tries while a key is missing. Every answer and failure becomes a point of the series.
 */
export class ScrapeLoop {
  private readonly clock: Clock;
  private readonly fetchText: FetchText;
  private readonly keyFor: (address: string) => string | undefined;
  private phase: "idle" | "running" | "paused" | "stopped" = "idle";
  private cancelTimer: (() => void) | undefined;
  /** What a source asks through from start or resume to pause or stop: what it has under way may outlast a look. */
  private asking: { readonly ask: Ask; readonly abort: () => void } | undefined;
  private failures = 0;
  private isPastRead = false;
  private identified = false;
  private told = "";
  private limited = "";
  private current: LoopStatus;

  constructor(private readonly options: ScrapeOptions) {
    this.clock = options.clock ?? systemClock;
    this.fetchText = options.fetchText ?? fetchText;
    this.keyFor = options.keyFor ?? (() => undefined);
    this.current = { state: "connecting", detail: "", since: this.clock.now() / 1000, retryAt: null };
  }

  get status(): LoopStatus {
    return this.current;
  }

  private get intervalMs(): number {
    const { intervalMs } = this.options;
    return typeof intervalMs === "number" ? intervalMs : intervalMs();
  }

  get paused(): boolean {
    return this.phase === "paused";
  }

  start(): void {
    if (this.phase !== "idle") return;
    this.phase = "running";
    this.become("connecting", "", null);
    this.begin();
  }

  /** No further requests until `resume`; one in flight is taken back. */
  pause(): void {
    if (this.phase !== "running") return;
    this.phase = "paused";
    this.halt();
  }

  resume(): void {
    if (this.phase !== "paused") return;
    this.phase = "running";
    this.begin();
  }

  /** Tries at once, whatever the back-off says: a key was given, or a person would not wait. */
  retry(): void {
    if (this.phase === "paused") this.phase = "running";
    if (this.phase !== "running") return;
    this.failures = 0;
    this.halt();
    this.begin();
  }

  /** For good; no call back comes after it. */
  stop(): void {
    this.phase = "stopped";
    this.halt();
  }

  private begin(): void {
    const controller = new AbortController();
    const { ask, timeoutMs, say = plain } = this.options;
    const { clock, fetchText, keyFor } = this;
    this.asking = {
      ask: ask ? ask(controller.signal) : httpAsk({ fetchText, clock, keyFor, timeoutMs: timeoutMs ?? 10_000, say }, controller.signal),
      abort: () => controller.abort(),
    };
    void this.scrape();
  }

  private halt(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.asking?.abort();
    this.asking = undefined;
  }

  private async scrape(): Promise<void> {
    const { asking } = this;
    if (!asking) return;
    if (!this.isPastRead) await this.readPast(asking.ask);
    if (this.asking !== asking) return;
    const began = this.clock.steady();
    const look = await this.options.source.look(asking.ask);
    // Taken back by pause, retry or stop while it was under way: somebody else plans the next one.
    if (this.asking !== asking) return;
    this.tellProblems(look.problems);
    this.tellLimits(look.limits ?? []);
    if (look.kind === "none") this.unanswered(look);
    else this.answered(look, began);
  }

  private async readPast(ask: Ask): Promise<void> {
    this.isPastRead = true;
    const { source, past, series, onPast } = this.options;
    if (!source.history || !past) return;
    const now = this.clock.now() / 1000;
    const looks = await source.history(ask, now - past.seconds, now, past.stepSeconds);
    if (this.phase !== "running" || looks.length === 0) return;
    for (const look of looks) series.take(look);
    onPast?.();
  }

  private answered(look: Exclude<Look, { kind: "none" }>, began: number): void {
    const point = this.options.series.take(look);
    if (point.state === "lost") {
      // The series did not take the page.
      this.lost(point, look, "lost");
      return;
    }
    this.failures = 0;
    if (point.state === "restarted") this.identified = false;
    this.become(point.state, "", null);
    this.options.onPoint?.(point, look);
    this.plan(Math.max(0, began + this.intervalMs - this.clock.steady()));
    if (!this.identified) void this.identify();
  }

  private unanswered(look: Extract<Look, { kind: "none" }>): void {
    switch (look.why) {
      case "cancelled":
        this.plan(this.intervalMs);
        break;
      case "ended":
        this.stop();
        this.options.onEnd?.();
        break;
      case "needs-key":
        this.options.onPoint?.(this.options.series.take(look), look);
        this.become("needs-key", look.detail, null);
        break;
      case "lost":
      case "wrong-page":
        this.lost(this.options.series.take(look), look, look.why);
        break;
      default:
        look.why satisfies never;
    }
  }

  private lost(point: LivePoint, look: Look, state: "lost" | "wrong-page"): void {
    this.failures++;
    this.options.onPoint?.(point, look);
    this.planRetry(state, point.error ?? "");
  }

  private planRetry(state: LoopStatus["state"], detail: string): void {
    // `onPoint` may have stopped or paused us.
    if (this.phase !== "running") return;
    const { intervalMs } = this;
    const { source, random } = this.options;
    const wait = source.keepsPace ? intervalMs : backoffMs(this.failures, intervalMs, random ?? Math.random);
    this.become(state, detail, (this.clock.now() + wait) / 1000);
    this.plan(wait);
  }

  private plan(ms: number): void {
    if (this.phase !== "running") return;
    this.cancelTimer = this.clock.after(ms, () => {
      this.cancelTimer = undefined;
      void this.scrape();
    });
  }

  private async identify(): Promise<void> {
    this.identified = true;
    const { source, onIdentity, onVersions } = this.options;
    // A recording tells itself who was recorded; a store of metrics tells with its figures all that it knows.
    if (!onIdentity || source.kind === "recording") return;
    const identity = await readIdentityOf(this.fetchText, source.identityAt, this.question());
    if (this.phase === "stopped") return;
    onIdentity(identity);
    if (onVersions && source.identityAt.length > 1) await this.compareVersions(source.identityAt, onVersions);
  }

  private async compareVersions(urls: readonly string[], told: (versions: readonly string[]) => void): Promise<void> {
    const versions = await readVersionsOf(this.fetchText, urls, this.question());
    if (this.phase !== "stopped") told(versions);
  }

  private question(): IdentityQuestion {
    return { page: this.options.series.last?.snapshot ?? unseenPage, keyFor: this.keyFor, signal: AbortSignal.timeout(10_000) };
  }

  private tellProblems(problems: readonly string[]): void {
    const now = problems.join("\n");
    if (now === this.told) return;
    this.told = now;
    this.options.onProblems?.(problems);
  }

  private tellLimits(limits: readonly string[]): void {
    const now = limits.join("\n");
    if (now === this.limited) return;
    this.limited = now;
    if (limits.length > 0) this.options.onLimits?.(limits);
  }

  private become(state: LoopStatus["state"], detail: string, retryAt: number | null): void {
    if (this.phase !== "running") return;
    const { current } = this;
    const same = current.state === state && current.detail === detail;
    if (same && current.retryAt === retryAt && state !== "connecting") return;
    this.current = { state, detail, since: same ? current.since : this.clock.now() / 1000, retryAt };
    this.options.onStatus?.(this.current);
  }
}
