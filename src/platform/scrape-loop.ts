import { readPage } from "../live/read-page.ts";
import type { LiveSeries } from "../live/series.ts";
import type { LivePoint, LiveState } from "../live/snapshot.ts";
import { backoffMs } from "./backoff.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type FetchText, fetchText } from "./http.ts";
import { type HttpError, isHttpError } from "./http-error.ts";
import { readIdentity, type ServerIdentity } from "./identity.ts";

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
  /** The metrics page (`normaliseUrl`). */
  readonly url: string;
  readonly series: LiveSeries;
  readonly intervalMs: number;
  readonly timeoutMs?: number;
  readonly token?: string | undefined;
  readonly onPoint?: (point: LivePoint) => void;
  readonly onStatus?: (status: LoopStatus) => void;
  readonly onIdentity?: (identity: ServerIdentity) => void;
  /** Lines of the page that made no sense, when they change. */
  readonly onProblems?: (problems: readonly string[]) => void;
  readonly fetchText?: FetchText;
  readonly clock?: Clock;
  readonly random?: () => number;
}

/**
 * Scrapes one server again and again: at most one request in flight, the next one interval after the last began, back-off after failures,
 * no tries while a key is missing. Every answer and failure becomes a point of the series.
 */
export class ScrapeLoop {
  private readonly clock: Clock;
  private readonly ask: FetchText;
  private token: string | undefined;
  private phase: "idle" | "running" | "paused" | "stopped" = "idle";
  private cancelTimer: (() => void) | undefined;
  private flight: AbortController | undefined;
  private failures = 0;
  private identified = false;
  private told = "";
  private current: LoopStatus;

  constructor(private readonly options: ScrapeOptions) {
    this.clock = options.clock ?? systemClock;
    this.ask = options.fetchText ?? fetchText;
    this.token = options.token;
    this.current = { state: "connecting", detail: "", since: this.clock.now() / 1000, retryAt: null };
  }

  get status(): LoopStatus {
    return this.current;
  }

  get paused(): boolean {
    return this.phase === "paused";
  }

  start(): void {
    if (this.phase !== "idle") return;
    this.phase = "running";
    this.become("connecting", "", null);
    void this.scrape();
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
    void this.scrape();
  }

  /** Tries at once, whatever the back-off says, with a new key where one is given. */
  retry(token?: string): void {
    if (token !== undefined) this.token = token;
    if (this.phase === "paused") this.phase = "running";
    if (this.phase !== "running") return;
    this.failures = 0;
    this.halt();
    void this.scrape();
  }

  /** For good; no call back comes after it. */
  stop(): void {
    this.phase = "stopped";
    this.halt();
  }

  private halt(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.flight?.abort();
    this.flight = undefined;
  }

  private async scrape(): Promise<void> {
    const flight = new AbortController();
    this.flight = flight;
    const began = this.clock.now();
    const outcome = await this.attempt(flight.signal);
    // Taken back by pause, retry or stop while it was under way: somebody else plans the next one.
    if (this.flight !== flight) return;
    this.flight = undefined;
    if (outcome.error) this.failed(outcome.error);
    else this.answered(outcome.text, began);
  }

  private async attempt(signal: AbortSignal): Promise<{ text: string; error?: undefined } | { text?: undefined; error: HttpError }> {
    try {
      const { url, timeoutMs } = this.options;
      const { text } = await this.ask(url, { token: this.token, timeoutMs: timeoutMs ?? 10_000, signal });
      return { text };
    } catch (error) {
      if (isHttpError(error)) return { error };
      throw error;
    }
  }

  private answered(text: string, began: number): void {
    const page = readPage(text, this.clock.now() / 1000);
    this.tellProblems(page.problems);
    if (page.kind !== "snapshot") {
      this.lost(page.detail);
      this.planRetry(page.kind === "cut-off" ? "lost" : "wrong-page", page.detail);
      return;
    }
    const point = this.options.series.push(page.snapshot);
    if (point.state === "lost") {
      this.unanswered(point);
      return;
    }
    this.failures = 0;
    if (point.state === "restarted") this.identified = false;
    this.become(point.state, "", null);
    this.options.onPoint?.(point);
    this.plan(Math.max(0, began + this.options.intervalMs - this.clock.now()));
    if (!this.identified) void this.identify();
  }

  private failed(error: HttpError): void {
    this.lost(error.message);
    if (error.needsKey) this.become("needs-key", error.message, null);
    else this.planRetry("lost", error.message);
  }

  private lost(detail: string): void {
    this.failures++;
    this.options.onPoint?.(this.options.series.fail(detail, this.clock.now() / 1000));
  }

  /** The series did not take the page. */
  private unanswered(point: LivePoint): void {
    this.failures++;
    this.options.onPoint?.(point);
    this.planRetry("lost", point.error ?? "");
  }

  private planRetry(state: LoopStatus["state"], detail: string): void {
    // `onPoint` may have stopped or paused us.
    if (this.phase !== "running") return;
    const wait = backoffMs(this.failures, this.options.intervalMs, this.options.random ?? Math.random);
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
    const identity = await readIdentity(this.ask, this.options.url, this.token, AbortSignal.timeout(10_000));
    if (this.phase !== "stopped") this.options.onIdentity?.(identity);
  }

  private tellProblems(problems: readonly string[]): void {
    const now = problems.join("\n");
    if (now === this.told) return;
    this.told = now;
    this.options.onProblems?.(problems);
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
