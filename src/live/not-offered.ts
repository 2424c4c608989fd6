import { type Message, message } from "../deployment/message.ts";
import { atLeast, compareVersions, parseVersion } from "../deployment/version.ts";
import { aliases } from "./aliases.ts";
import { serverNames } from "./server-kinds.ts";
import type { CanonicalCounter, CanonicalGauge, CanonicalHistogram, Snapshot } from "./snapshot.ts";

type Word = CanonicalGauge | CanonicalCounter | CanonicalHistogram;

/** Why a figure is missing on a page, for the place where it would stand; undefined where the page has it. */
export function whyNotOffered(word: Word, { server, gauges, counters, histograms }: Snapshot, version: string | null): Message | undefined {
  if ([gauges, counters, histograms].some((known) => Object.hasOwn(known, word))) return undefined;
  const known = aliases.filter((alias) => alias.server === server.kind && alias.canonical === word);
  const name = server.kind === "unknown" ? "this server" : serverNames[server.kind];
  if (known.length === 0) {
    const hasHistograms = aliases.some((alias) => alias.server === server.kind && alias.kind === "histogram");
    const isHistogram = aliases.some((alias) => alias.canonical === word && alias.kind === "histogram");
    return isHistogram && !hasHistograms ? message("not offered by {0}: it has no histograms", name) : message("not offered by {0}", name);
  }
  const running = version === null ? undefined : parseVersion(version);
  const since = known.flatMap((alias) => alias.since ?? []);
  const oldest = since.length === known.length ? since.reduce((a, b) => (older(a, b) ? a : b)) : undefined;
  if (running && oldest && !atLeast(running, oldest)) return message("since {0} {1}; this is {2}", name, oldest, running.text);
  if (Object.keys(counters).length === 0) return message("appears with the first request");
  if (server.kind === "vllm") return message("not on the page; some settings of {0} turn statistics off (--disable-log-stats)", name);
  return message("not on the page of this {0}", name);
}

function older(a: string, b: string): boolean {
  const left = parseVersion(a);
  const right = parseVersion(b);
  return left !== undefined && right !== undefined && compareVersions(left, right) < 0;
}
