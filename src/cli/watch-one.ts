import { unseenPage } from "../live/running/identify.ts";
import type { RunningServer } from "../live/running/running-server.ts";
import { pointSinceStart } from "../live/series/point.ts";
import { LiveSeries } from "../live/series/series.ts";
import type { LivePoint } from "../live/snapshot.ts";
import type { LiveSource, Look } from "../live/source.ts";
import { type WatchLine, watchLine } from "../live/watch-line.ts";
import { fetchText } from "../platform/http.ts";
import { readIdentityOf, type ServerIdentity } from "../platform/identity.ts";
import { ScrapeLoop } from "../platform/scrape-loop.ts";
import { scrapeOnce } from "../platform/scrape-once.ts";
import { CliError, exits } from "./exit.ts";
import { printable } from "./output/printable.ts";
import type { WatchedSource } from "./watch-sources.ts";

/** One look in every form that somebody prints or keeps. */
export interface Seen {
  readonly line: WatchLine;
  readonly point: LivePoint;
  readonly look: Look;
  /** As the server said it last; null before it did. */
  readonly running: RunningServer | null;
}

export interface WatchTarget extends WatchedSource {
  readonly perEngine: boolean;
  readonly onSeen: (seen: Seen) => void;
}

/** What was seen over the whole time. */
export interface Watched {
  readonly series: LiveSeries;
  /** As the server said it last; null where it did not. */
  readonly running: RunningServer | null;
}

export interface WatchTimes {
  readonly intervalMs: number;
  /** Seconds from the first look to the last, by the looks' own clock: a recording's is another than ours. */
  readonly durationSeconds: number | undefined;
}

/** One look: quantiles since the server's start; of a recording, its last. Throws CliError 4 where there is no answer. */
export async function lookOnce(target: WatchTarget): Promise<void> {
  const { source, keyFor, fetchText: ask = fetchText, perEngine, onSeen } = target;
  if (source.kind === "recording") return lastLook(target);
  const once = await scrapeOnce(source, keyFor, { ask });
  if (typeof once === "string") throw unreachable(source, once);
  const { look, point, identity } = once;
  onSeen({ line: watchLine(point, { ...identity, perEngine }), point, look, running: identity.running });
}

/** Looks again and again until `stop` resolves. Throws CliError 4 where the server never answers, or refuses. */
export async function keepWatching(target: WatchTarget, { intervalMs, durationSeconds }: WatchTimes, stop: AbortSignal): Promise<Watched> {
  const { source, keyFor, fetchText: ask = fetchText, leastIntervalMs = 0, perEngine, onSeen } = target;
  const series = new LiveSeries();
  const isRecording = source.kind === "recording";
  const patience = AbortSignal.any([stop, AbortSignal.timeout(5000)]);
  const asking = { page: unseenPage, keyFor, signal: patience };
  let asked: ServerIdentity | undefined = source.identityAt.length > 0 ? await readIdentityOf(ask, source.identityAt, asking) : undefined;
  let before: LivePoint | undefined;
  let answered = isRecording;
  let loop: ScrapeLoop | undefined;
  let began: number | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const ended = (): void => resolve();
      if (stop.aborted) return ended();
      stop.addEventListener("abort", ended, { once: true });
      loop = new ScrapeLoop({
        source,
        keyFor,
        fetchText: ask,
        series,
        intervalMs: source.keepsPace ? 0 : Math.max(intervalMs, leastIntervalMs),
        onIdentity: (told) => {
          asked = told;
        },
        onPoint: (point, look) => {
          answered ||= point.state !== "lost";
          if (!answered) return reject(unreachable(source, point.error ?? "no answer"));
          began ??= point.time;
          if (isRecording && durationSeconds !== undefined && point.time - began > durationSeconds) {
            loop?.stop();
            return ended();
          }
          const identity = target.identity?.() ?? asked;
          const line = watchLine(point, { ...identity, perEngine, ...(before ? { before } : {}) });
          onSeen({ line, point, look, running: identity?.running ?? null });
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
  return { series, running: (target.identity?.() ?? asked)?.running ?? null };
}

async function lastLook(target: WatchTarget): Promise<void> {
  const { source, identity, perEngine, onSeen } = target;
  let last: Seen | undefined;
  const note = (seen: Seen): void => {
    if (seen.point.snapshot) last = seen;
  };
  const times = { intervalMs: 0, durationSeconds: undefined };
  await keepWatching({ ...target, onSeen: note }, times, new AbortController().signal);
  if (!last?.point.snapshot) throw unreachable(source, "holds no answer of a server");
  const point = pointSinceStart(last.point.snapshot);
  onSeen({ ...last, line: watchLine(point, { ...identity?.(), perEngine }), point });
}

function unreachable({ name }: LiveSource, why: string): CliError {
  return new CliError(exits.unreachable, printable(`${name}: ${why}`));
}
