import { unseenPage } from "../live/running/identify.ts";
import { LiveSeries } from "../live/series.ts";
import type { LivePoint } from "../live/snapshot.ts";
import type { LiveSource } from "../live/source.ts";
import { type WatchLine, watchLine } from "../live/watch-line.ts";
import { fetchText } from "../platform/http.ts";
import { readIdentityOf, type ServerIdentity } from "../platform/identity.ts";
import { ScrapeLoop } from "../platform/scrape-loop.ts";
import { scrapeOnce } from "../platform/scrape-once.ts";
import { CliError, exits } from "./exit.ts";

export interface WatchTarget {
  readonly source: LiveSource;
  readonly keyFor: (address: string) => string | undefined;
  readonly perEngine: boolean;
  readonly onLine: (line: WatchLine) => void;
}

/** One look: quantiles since the server's start. Throws CliError 4 where there is no answer. */
export async function lookOnce({ source, keyFor, perEngine, onLine }: WatchTarget): Promise<void> {
  const look = await scrapeOnce(source, keyFor);
  if (typeof look === "string") throw unreachable(source, look);
  onLine(watchLine(look.point, { ...look.identity, perEngine }));
}

/** Looks again and again until `stop` resolves. Throws CliError 4 where the server never answers, or refuses. */
export async function keepWatching(
  { source, keyFor, perEngine, onLine }: WatchTarget,
  intervalMs: number,
  stop: AbortSignal,
): Promise<LiveSeries> {
  const series = new LiveSeries();
  const patience = AbortSignal.any([stop, AbortSignal.timeout(5000)]);
  let identity: ServerIdentity = await readIdentityOf(fetchText, source.identityAt, { page: unseenPage, keyFor, signal: patience });
  let before: LivePoint | undefined;
  let answered = false;
  let loop: ScrapeLoop | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const ended = (): void => resolve();
      if (stop.aborted) return ended();
      stop.addEventListener("abort", ended, { once: true });
      loop = new ScrapeLoop({
        source,
        keyFor,
        series,
        intervalMs,
        onIdentity: (told) => {
          identity = told;
        },
        onPoint: (point) => {
          answered ||= point.state !== "lost";
          if (!answered) return reject(unreachable(source, point.error ?? "no answer"));
          onLine(watchLine(point, { ...identity, perEngine, ...(before ? { before } : {}) }));
          before = point;
        },
        onEnd: ended,
        onStatus: ({ state, detail }) => {
          if (state === "needs-key") reject(unreachable(source, detail));
        },
      });
      loop.start();
    });
  } finally {
    loop?.stop();
  }
  return series;
}

function unreachable({ name }: LiveSource, why: string): CliError {
  return new CliError(exits.unreachable, `${name}: ${why}`);
}
