import { type Message, message } from "../../deployment/message.ts";
import { atLeast, compareVersions, parseVersion, type Version } from "../../deployment/version.ts";
import type { Snapshot } from "../snapshot.ts";
import type { LiveSource } from "../source.ts";
import type { Alias } from "./aliases/alias.ts";
import { aliases, aliasesOf } from "./aliases.ts";
import { serverNames } from "./server-kinds.ts";
import { conditionOf, type Word } from "./switched-on.ts";

/**
 * Why a figure is missing of what a source gave, for the place where it would stand; undefined where it is there. A store may lack what the
 * page has: it was not scraped, or was dropped.
 */
export function whyNotOffered(
  word: Word,
  snapshot: Snapshot,
  version: string | null,
  source: LiveSource["kind"] = "metrics-url",
): Message | undefined {
  const { server, counters, wireNames } = snapshot;
  if (isOffered(word, snapshot)) return undefined;
  // Of a labelled family the first line comes with the first event.
  if (wireNames && Object.hasOwn(wireNames, word)) return conditionOf(server.kind, word, true) ?? message("nothing to tell of yet");
  const name = server.kind === "unknown" ? "this server" : serverNames[server.kind];
  const known = aliasesOf(server.kind).filter((alias) => alias.canonical === word);
  const running = version === null ? undefined : parseVersion(version);
  const release = running ? otherRelease(known, running, name) : undefined;
  if (release) return release;
  const condition = conditionOf(server.kind, word, false);
  if (condition) return condition;
  if (known.length === 0) {
    const hasHistograms = aliasesOf(server.kind).some(({ kind }) => kind === "histogram");
    const isHistogram = aliases.some((alias) => alias.canonical === word && alias.kind === "histogram");
    return isHistogram && !hasHistograms ? message("not offered by {0}: it has no histograms", name) : message("not offered by {0}", name);
  }
  if (source === "prometheus") return message("the store has no such series of these servers");
  if (Object.keys(counters).length === 0) return message("appears with the first request");
  if (server.kind === "vllm") return message("not on the page; some settings of {0} turn statistics off (--disable-log-stats)", name);
  return message("not on the page of this {0}", name);
}

function isOffered(word: Word, { gauges, counters, histograms, parts, means }: Snapshot): boolean {
  return [gauges, counters, histograms, parts ?? {}, means ?? {}].some((known) => Object.hasOwn(known, word));
}

/** Where no name of a figure is of the release that runs: since which later one it has one, else until which it had. */
function otherRelease(known: readonly Alias[], running: Version, name: string): Message | undefined {
  if (known.some((alias) => isOf(alias, running))) return undefined;
  const first = known
    .flatMap(({ since }) => since ?? [])
    .filter((since) => !atLeast(running, since))
    .reduce<string | undefined>(firstOf, undefined);
  if (first) return message("since {0} {1}; this is {2}", name, first, running.text);
  const last = known.flatMap(({ until }) => until ?? []).reduce<string | undefined>(lastOf, undefined);
  if (!last) return undefined;
  return name === serverNames.vllm
    ? message(
        "until {0} {1}; this is {2}. For a release or two {3} shows what was taken away",
        name,
        last,
        running.text,
        "--show-hidden-metrics-for-version",
      )
    : message("until {0} {1}; this is {2}", name, last, running.text);
}

/** Whether a release writes a name. */
function isOf({ since, until }: Alias, running: Version): boolean {
  const end = until === undefined ? undefined : parseVersion(until);
  return (since === undefined || atLeast(running, since)) && (end === undefined || compareVersions(running, end) <= 0);
}

function firstOf(a: string | undefined, b: string): string {
  return a === undefined || compare(b, a) < 0 ? b : a;
}

function lastOf(a: string | undefined, b: string): string {
  return a === undefined || compare(b, a) > 0 ? b : a;
}

function compare(a: string, b: string): number {
  const left = parseVersion(a);
  const right = parseVersion(b);
  return left && right ? compareVersions(left, right) : 0;
}
