import { fill, h, say } from "../parts/dom.ts";
import { whole } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";
import type { Lane } from "./lanes.ts";
import type { RunIndex } from "./run-index.ts";

interface Label {
  readonly lane: Lane;
  /** Changes with the cursor. */
  readonly value: HTMLElement;
}

/** Names and values beside the lanes, as text of the page. */
export class LaneLabels {
  readonly root = h("div", { class: "lane-labels" });
  private labels: readonly Label[] = [];

  /** Places a label beside each lane. */
  update(lanes: readonly Lane[], index: RunIndex): void {
    const made = lanes.map((lane): { readonly label: Label; readonly element: HTMLElement } => {
      const value = h("span", { class: "lane-note lane-value" });
      const element = h(
        "div",
        { class: "lane-label" },
        h("b", { text: nameOf(lane) }),
        h("span", { class: "lane-note", text: noteOf(lane) }),
        value,
      );
      element.style.top = `${lane.top}px`;
      if (lane.kind === "links" && lane.links.length > 1)
        element.append(...lane.links.map(({ name, band }) => senderLabel(name, band.top - lane.top)));
      return { label: { lane, value }, element };
    });
    this.labels = made.map(({ label }) => label);
    fill(this.root, ...made.map(({ element }) => element));
    this.point(index, null);
  }

  /** The values at a time; null = the whole run's peaks. */
  point(index: RunIndex, time: number | null): void {
    for (const { lane, value } of this.labels) say(value, shownValue(lane, index, time));
  }
}

function senderLabel(name: string, top: number): HTMLElement {
  const label = h("span", { class: "lane-note lane-sender", text: name });
  label.style.top = `${top - 3}px`;
  return label;
}

function nameOf(lane: Lane): string {
  if (lane.kind === "router") return words("Router");
  return lane.kind === "links" ? words("Links") : lane.lane.facts.name;
}

function noteOf(lane: Lane): string {
  if (lane.kind === "router") return words("arrivals and waits");
  if (lane.kind === "links") return words("KV transfers");
  const { facts, isByBatch } = lane.lane;
  return isByBatch ? words("{0}, batch as height", facts.layout) : facts.layout;
}

function shownValue(lane: Lane, { waiting }: RunIndex, time: number | null): string {
  if (lane.kind === "links") return "";
  if (lane.kind === "router")
    return time === null ? words("up to {0} wait", whole(waiting.peak)) : words("{0} wait", whole(waiting.at(time)));
  const { level, facts } = lane.lane;
  const [used, capacity] = [time === null ? level.peak : level.at(time), Math.max(1, facts.capacityTokens)];
  const share = Math.round((100 * used) / capacity);
  return time === null ? words("KV peak {0}, {1} %", whole(used), share) : words("KV {0}, {1} %", whole(used), share);
}
