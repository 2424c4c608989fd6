import { pointSinceStart } from "../live/series/point.ts";
import { LiveSeries } from "../live/series/series.ts";
import type { LivePoint } from "../live/snapshot.ts";
import type { LiveSource, Look } from "../live/source.ts";
import { httpAsk } from "./ask.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type FetchText, fetchText } from "./http.ts";
import { readIdentityOf, type ServerIdentity } from "./identity.ts";

export interface OneScrape {
  readonly look: Look;
  /** All since the servers' start; since the stretch's, where a source knows no other. */
  readonly point: LivePoint;
  readonly identity: ServerIdentity;
  readonly problems: readonly string[];
}

/** One look at a source; the reason where it gives no figures. Never rejects. */
export async function scrapeOnce(
  source: LiveSource,
  keyFor: (address: string) => string | undefined,
  { ask = fetchText, clock = systemClock }: { readonly ask?: FetchText; readonly clock?: Clock } = {},
): Promise<OneScrape | string> {
  const stop = new AbortController();
  const port = httpAsk({ fetchText: ask, clock, keyFor, timeoutMs: 10_000 }, stop.signal);
  const look = await source.look(port).finally(() => stop.abort());
  if (look.kind === "none") return look.detail;
  const snapshot = look.kind === "scrape" ? look.snapshot : (look.sinceStart ?? look.grown);
  const identity = await readIdentityOf(ask, source.identityAt, { page: snapshot, keyFor, signal: AbortSignal.timeout(10_000) });
  const knowsStart = look.kind === "scrape" || look.sinceStart !== undefined;
  return { look, point: knowsStart ? pointSinceStart(snapshot) : new LiveSeries().take(look), identity, problems: look.problems };
}
