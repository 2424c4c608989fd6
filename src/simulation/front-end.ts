import type { FrontEndCosts } from "../timing/front-end-costs.ts";
import type { MadeTokens } from "./engine/made-tokens.ts";

/** The server process between an engine core and its clients: prompts and tokens pass one after the other, and what it cannot keep up with waits. */
export class FrontEnd {
  /** Nanoseconds of work that lie before it, with that of the other cores behind it. */
  private backlog = 0;
  /** Nanoseconds that it has worked up to the last look. */
  private busy = 0;
  private lookedAt = 0;
  private seenTokens = 0;

  constructor(
    private readonly costs: FrontEndCosts,
    private readonly made: MadeTokens,
  ) {}

  /** Nanoseconds until the core is told of a request that comes now. */
  request(promptTokens: number, now: number): number {
    const { request, promptToken, cores } = this.costs;
    this.look(this.made.before(now), now);
    const own = 1e9 * (request + promptTokens * promptToken);
    const delay = Math.round(this.backlog + own);
    this.backlog += cores * own;
    return delay;
  }

  /** Nanoseconds until what the core's step has just made is with its clients. */
  answer(now: number): number {
    this.look(this.made.total, now);
    return Math.round(this.backlog);
  }

  /** Forgets what was done so far. */
  reset(): void {
    this.busy = 0;
  }

  busyUntil(now: number): number {
    return this.busy + Math.min(this.backlog, now - this.lookedAt);
  }

  /** Between two looks, which come with each request's beginning and end, tokens come evenly. */
  private look(tokens: number, now: number): void {
    const { token, cores } = this.costs;
    const work = this.backlog + 1e9 * cores * token * (tokens - this.seenTokens);
    const done = Math.min(work, now - this.lookedAt);
    this.busy += done;
    this.backlog = work - done;
    this.seenTokens = tokens;
    this.lookedAt = now;
  }
}
