import { pointSinceStart } from "../live/point.ts";
import { LiveSeries } from "../live/series.ts";
import type { LivePoint } from "../live/snapshot.ts";
import { type WatchLine, watchLine } from "../live/watch-line.ts";
import { fetchText } from "../platform/http.ts";
import { isHttpError } from "../platform/http-error.ts";
import { readIdentity, type ServerIdentity } from "../platform/identity.ts";
import { ScrapeLoop } from "../platform/scrape-loop.ts";
import { scrapeOnce } from "../platform/scrape-once.ts";
import { redactUrl } from "../platform/url.ts";
import { CliError, exits } from "./exit.ts";

export interface WatchTarget {
  /** The metrics page. */
  readonly url: string;
  readonly token: string | undefined;
  readonly perEngine: boolean;
  readonly onLine: (line: WatchLine) => void;
}

/** One look: quantiles since the server's start. Throws CliError 4 where there is no answer. */
export async function lookOnce({ url, token, perEngine, onLine }: WatchTarget): Promise<void> {
  try {
    const { snapshot, identity } = await scrapeOnce(url, { token });
    onLine(watchLine(pointSinceStart(snapshot), { ...identity, perEngine }));
  } catch (error) {
    throw isHttpError(error) ? unreachable(url, error.message) : error;
  }
}

/** Looks again and again until `stop` resolves. Throws CliError 4 where the server never answers, or refuses. */
export async function keepWatching(
  { url, token, perEngine, onLine }: WatchTarget,
  intervalMs: number,
  stop: AbortSignal,
): Promise<LiveSeries> {
  const series = new LiveSeries();
  let identity: ServerIdentity = await readIdentity(fetchText, url, token, AbortSignal.any([stop, AbortSignal.timeout(5000)]));
  let before: LivePoint | undefined;
  let answered = false;
  let loop: ScrapeLoop | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const ended = (): void => resolve();
      if (stop.aborted) return ended();
      stop.addEventListener("abort", ended, { once: true });
      loop = new ScrapeLoop({
        url,
        token,
        series,
        intervalMs,
        onIdentity: (told) => {
          identity = told;
        },
        onPoint: (point) => {
          answered ||= point.state !== "lost";
          if (!answered) return reject(unreachable(url, point.error ?? "no answer"));
          onLine(watchLine(point, { ...identity, perEngine, ...(before ? { before } : {}) }));
          before = point;
        },
        onStatus: ({ state, detail }) => {
          if (state === "needs-key") reject(unreachable(url, detail));
        },
      });
      loop.start();
    });
  } finally {
    loop?.stop();
  }
  return series;
}

function unreachable(url: string, why: string): CliError {
  return new CliError(exits.unreachable, `${redactUrl(url)}: ${why}`);
}
