import { fileURLToPath } from "node:url";
import type { LiveSource } from "../live/source.ts";
import { metricsUrl } from "../live/sources/metrics-url.ts";
import { prometheus } from "../live/sources/prometheus.ts";
import { fleetOf } from "../platform/fleet-of.ts";
import type { FetchText } from "../platform/http.ts";
import { attachedPods, podsTarget } from "../platform/pods-target.ts";
import { type StoreTarget, storeTarget } from "../platform/store-target.ts";
import { fleetMembers, redactUrl } from "../platform/url.ts";
import { Replay } from "./replay.ts";
import { Settings } from "./settings.ts";
import { translated } from "./translate.ts";

/** What stands behind an attached address, and how it is reached. */
export interface LiveTarget {
  readonly source: LiveSource;
  /** Over HTTP where absent. */
  readonly fetchText?: FetchText;
  /** Where it is a recording. */
  readonly replay?: Replay;
  /** It is not asked more often. */
  readonly leastIntervalMs: number;
  /** Where a source remembers, the page begins so many seconds back. */
  readonly pastSeconds?: number;
  /** Ends what runs for it. */
  stop(): void;
}

/** Recordings are named by their file. */
export function isRecordingUrl(url: string): boolean {
  return url.startsWith("file:");
}

/** The source that an address names: by its scheme, a metrics page otherwise. Nothing is asked yet. */
export function liveTarget(url: string): LiveTarget {
  const pods = podsTarget(url);
  if (pods) return attachedPods(pods, new Settings(undefined).kubectl);
  if (isRecordingUrl(url)) {
    const replay = new Replay(fileURLToPath(url), translated);
    return { source: replay.source, replay, leastIntervalMs: 0, stop: () => undefined };
  }
  const store = storeTarget(url);
  if (store) return storeTargetOf(store);
  const source = fleetMembers(url).length > 1 ? fleetOf(fleetMembers(url)) : metricsUrl(url, redactUrl(url));
  return { source, leastIntervalMs: 0, stop: () => undefined };
}

/** A look sooner than the next scrape would see what the last one saw. */
function storeTargetOf(store: StoreTarget): LiveTarget {
  const source = prometheus(store);
  return {
    source,
    get leastIntervalMs() {
      return source.scrapeSeconds * 1000;
    },
    pastSeconds: store.pastSeconds,
    stop: () => undefined,
  };
}
