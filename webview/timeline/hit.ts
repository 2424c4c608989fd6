import type { Lane } from "./lanes.ts";
import type { RunIndex } from "./run-index.ts";
import type { StepAt } from "./selection.ts";

/** What lies under a point of the picture. */
export type Hit =
  | { readonly kind: "step"; readonly step: StepAt }
  | { readonly kind: "transfer"; readonly row: number }
  | { readonly kind: "wait" }
  | null;

/** The lane at a height, or undefined. */
function laneAt(lanes: readonly Lane[], y: number): Lane | undefined {
  return lanes.find(({ top, bottom }) => y >= top && y < bottom);
}

/** What lies at a time and a height; a slip of `slack` seconds beside a narrow step still finds it. */
export function hitAt(lanes: readonly Lane[], time: number, y: number, slack: number): Hit {
  const lane = laneAt(lanes, y);
  if (!lane) return null;
  if (lane.kind === "router") return { kind: "wait" };
  if (lane.kind === "links") {
    const link = lane.links.find(({ band }) => y >= band.top - 2 && y < band.top + band.height + 2);
    for (const track of link?.tracks ?? []) {
      const i = near(track, time, slack);
      if (i >= 0) return { kind: "transfer", row: track.rows[i] as number };
    }
    return null;
  }
  const { instance, tracks } = lane.lane;
  const wanted = Math.floor(((y - lane.body.top) / lane.body.height) * tracks.length);
  const track = tracks[Math.min(tracks.length - 1, Math.max(0, wanted))];
  const i = track ? near(track, time, slack) : -1;
  return track && i >= 0
    ? { kind: "step", step: { row: track.rows[i] as number, instance, from: track.start[i] as number, to: track.end[i] as number } }
    : null;
}

function near(track: { at(time: number): number }, time: number, slack: number): number {
  for (const at of [time, time - slack, time + slack]) {
    const i = track.at(at);
    if (i >= 0) return i;
  }
  return -1;
}

/** The step after or before one on the same instance, by their starts; the first in view where there is none yet. */
export function neighbour(
  { instances }: RunIndex,
  instance: number,
  current: StepAt | null,
  direction: 1 | -1,
  from: number,
): StepAt | null {
  const lane = instances[instance];
  let best: StepAt | null = null;
  for (const track of lane?.tracks ?? []) {
    const i = current
      ? direction > 0
        ? track.startingAfter(current.from)
        : track.startingAfter(current.from - 1e-12) - 1
      : track.endingAfter(from);
    if (i < 0 || i >= track.length) continue;
    const found = { row: track.rows[i] as number, instance, from: track.start[i] as number, to: track.end[i] as number };
    if (!best || (direction > 0 ? found.from < best.from : found.from > best.from)) best = found;
  }
  return best;
}
