import type { LiveEvent } from "../../src/live/source.ts";
import { lowerBound } from "../parts/downsample.ts";
import type { Span } from "../parts/models.ts";
import { brief, clock, duration } from "../parts/numbers.ts";
import { said, words } from "../parts/words.ts";
import type { Ring } from "./ring.ts";

/** Times without an answer, restarts, and what else is told of the server, in order of time. */
export function liveSpans(ring: Ring, from: number, to: number, events: readonly LiveEvent[] = []): Span[] {
  const seen = sampled(ring, from, to);
  const told = events.filter((event) => event.time >= from && event.time <= to && !seen.some((span) => isSame(span, event)));
  const marks = told.map(
    (event): Span => ({
      from: event.since ?? event.time,
      to: event.time,
      kind: event.kind,
      text: said(event.words),
    }),
  );
  return [...seen, ...marks].sort((a, b) => a.to - b.to);
}

/** A restart or gap that the samples show already. */
function isSame(span: Span, { kind, time }: LiveEvent): boolean {
  return (kind === "restart" || kind === "gap") && span.kind === kind && time >= span.from - 2 && time <= span.to + 2;
}

/** Gaps and restarts as the samples show them; a gap that ends in a restart is one event. */
function sampled(ring: Ring, from: number, to: number): Span[] {
  const spans: Span[] = [];
  let answeredAt: number | null = null;
  let hole: "failure" | "silence" | null = null;
  const start = Math.max(0, lowerBound(ring.time, ring.length, from) - 1);
  for (let i = lastAnswerBefore(ring, start); i < ring.length; i++) {
    const time = ring.time[i] ?? 0;
    const kind = ring.kindAt(i);
    if (kind === "failure" || kind === "silence") {
      hole = hole === "failure" ? hole : kind;
      continue;
    }
    if (kind === "restart") spans.push(...restartSpans(hole === null ? null : answeredAt, time));
    else if (hole !== null && answeredAt !== null) spans.push(gapSpan(answeredAt, time, hole));
    answeredAt = time;
    hole = null;
    if (time > to) break;
  }
  const last = ring.time[ring.length - 1];
  if (hole !== null && answeredAt !== null && last !== undefined && last > answeredAt)
    spans.push({ from: answeredAt, to: last, kind: "gap", text: words("No answer") });
  return spans.filter((span) => span.to >= from && span.from <= to);
}

function restartSpans(silentSince: number | null, time: number): Span[] {
  const at = clock(time, true);
  if (silentSince === null) return [{ from: time, to: time, kind: "restart", text: words("Restarted {0}", at) }];
  const text = words("Restarted {0}, no answer for {1}", at, roundDuration(time - silentSince));
  return [
    { from: silentSince, to: time, kind: "gap", text: "" },
    { from: silentSince, to: time, kind: "restart", text },
  ];
}

function gapSpan(from: number, to: number, hole: "failure" | "silence"): Span {
  const length = roundDuration(to - from);
  return { from, to, kind: "gap", text: hole === "failure" ? words("No answer for {0}", length) : words("No sample for {0}", length) };
}

function lastAnswerBefore(ring: Ring, start: number): number {
  let at = start;
  while (at > 0 && (ring.kindAt(at) === "failure" || ring.kindAt(at) === "silence")) at--;
  return at;
}

function roundDuration(seconds: number): string {
  return brief(duration(Math.round(seconds)));
}
