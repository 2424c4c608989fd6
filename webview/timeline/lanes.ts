import type { InstanceLane, LinkLane, RunIndex } from "./run-index.ts";

/** Heights in pixels. */
export const axisHeight = 22;
const routerHeight = 48;
const stepHeight = 30;
const batchHeight = 46;
const levelHeight = 22;
const linkHeight = 15;
const gap = 4;
/** Names above their lanes, where there is no room beside them. */
const labelHeight = 18;
/** More senders than this share one line. */
const mostLinks = 8;

/** Where the tracks of a lane's band lie, the first on top. */
export function trackBand({ top, height }: Band, track: number, tracks: number): Band {
  const each = height / Math.max(1, tracks);
  return { top: top + track * each, height: tracks > 1 ? Math.max(1, each - 1) : each };
}

/** Bars of waits, below the ticks of arrivals. */
export function waitBand({ top, height }: Band): Band {
  return { top: top + 14, height: height - 18 };
}

interface Place {
  readonly key: string;
  /** Where name and values stand, and what they are beside. */
  readonly top: number;
  readonly bottom: number;
  readonly body: Band;
}
export interface Band {
  readonly top: number;
  readonly height: number;
}
export type Lane =
  | (Place & { readonly kind: "router" })
  | (Place & { readonly kind: "instance"; readonly lane: InstanceLane; readonly level: Band })
  | (Place & { readonly kind: "links"; readonly links: readonly (LinkLane & { readonly band: Band })[] });

export interface Lanes {
  readonly lanes: readonly Lane[];
  readonly height: number;
}

/** Where each lane lies, from the top: arrivals, prefill, links, decode; those of the chosen instances. */
export function lanesOf(index: RunIndex, shown: ReadonlySet<number>, isNarrow: boolean): Lanes {
  const lanes: Lane[] = [];
  let top = axisHeight;
  const label = isNarrow ? labelHeight : 0;
  const place = (key: string, height: number): Place => {
    const made = { key, top, bottom: top + label + height + gap, body: { top: top + label + 3, height: height - 3 } };
    top = made.bottom;
    return made;
  };
  lanes.push({ kind: "router", ...place("router", routerHeight) });
  const chosen = index.instances.filter(({ instance }) => shown.has(instance));
  const addInstance = (lane: InstanceLane): void => {
    const height = lane.isByBatch ? batchHeight : stepHeight;
    const made = place(`instance-${lane.instance}`, 3 + height + gap + levelHeight);
    const body = { top: made.body.top, height };
    lanes.push({ kind: "instance", ...made, body, lane, level: { top: body.top + height + gap, height: levelHeight } });
  };
  for (const lane of chosen) if (!lane.isByBatch) addInstance(lane);
  const links = shownLinks(index, shown);
  if (links.length > 0) {
    const made = place("links", 3 + links.length * linkHeight);
    lanes.push({
      kind: "links",
      ...made,
      links: links.map((link, i) => ({ ...link, band: { top: made.body.top + i * linkHeight, height: linkHeight - 3 } })),
    });
  }
  for (const lane of chosen) if (lane.isByBatch) addInstance(lane);
  return { lanes, height: top };
}

/** One line a sender that is shown. */
function shownLinks({ links }: RunIndex, shown: ReadonlySet<number>): readonly LinkLane[] {
  return links.filter(({ from }) => shown.has(from)).slice(0, mostLinks);
}
