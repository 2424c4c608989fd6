import { readPage } from "../live/read-page.ts";
import type { Snapshot } from "../live/snapshot.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type FetchLimits, type FetchText, fetchText } from "./http.ts";
import { HttpError } from "./http-error.ts";
import { readIdentity, type ServerIdentity } from "./identity.ts";

export interface OneScrape {
  readonly snapshot: Snapshot;
  readonly identity: ServerIdentity;
  readonly problems: readonly string[];
}

/** One look at a server (`url` from `normaliseUrl`). Rejects with HttpError; a page that is no engine's metrics is `not-text`. */
export async function scrapeOnce(
  url: string,
  limits: FetchLimits = {},
  { ask = fetchText, clock = systemClock }: { readonly ask?: FetchText; readonly clock?: Clock } = {},
): Promise<OneScrape> {
  const { text } = await ask(url, limits);
  const page = readPage(text, clock.now() / 1000);
  if (page.kind !== "snapshot") throw new HttpError("not-text", page.detail);
  const identity = await readIdentity(ask, url, limits.token, limits.signal ?? AbortSignal.timeout(10_000));
  return { snapshot: page.snapshot, identity, problems: page.problems };
}
