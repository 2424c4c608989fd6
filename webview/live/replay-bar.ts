import type { ReplayView } from "../../src/protocol/live-view.ts";
import { attribute, h, show } from "../parts/dom.ts";
import { clock } from "../parts/numbers.ts";
import { Segmented, type SegmentedChoice } from "../parts/segmented.ts";
import { words } from "../parts/words.ts";
import { button } from "../ui/toolkit.ts";

const speeds: readonly SegmentedChoice<number | null>[] = [
  { value: 0.25, label: "¼×" },
  { value: 1, label: "1×" },
  { value: 4, label: "4×" },
  { value: 16, label: "16×" },
  { value: 60, label: "60×" },
];

export interface ReplayEvents {
  readonly play: (on: boolean) => void;
  readonly speed: (speed: number | null) => void;
  readonly seek: (time: number) => void;
  readonly step: (by: 1 | -1) => void;
}

/** How a recording is played: from where, how fast. */
export class ReplayBar {
  readonly root: HTMLElement;
  private readonly play;
  private readonly speeds: Segmented<number | null>;
  private readonly place = h("input", { class: "replay-place", aria: { label: words("Place in the recording") } });
  private isPlaying = false;

  constructor(events: ReplayEvents) {
    this.play = button(words("Play"), () => events.play(!this.isPlaying));
    this.speeds = new Segmented(words("Speed"), events.speed, [...speeds, { value: null, label: words("at once") }]);
    this.place.type = "range";
    this.place.step = "any";
    this.place.addEventListener("change", () => events.seek(Number(this.place.value)));
    const back = button("‹", () => events.step(-1));
    const on = button("›", () => events.step(1));
    for (const [{ element }, name] of [[back, words("One look back")] as const, [on, words("One look on")] as const]) {
      element.title = name;
      element.setAttribute("aria-label", name);
    }
    this.root = h(
      "div",
      { class: "control-row replay", hidden: true },
      this.play.element,
      h("span", { class: "replay-steps" }, back.element, on.element),
      this.speeds.root,
      this.place,
    );
  }

  update(replay: ReplayView | null): void {
    show(this.root, replay !== null);
    if (!replay) return;
    this.isPlaying = replay.playing;
    this.play.label(replay.playing ? words("Stand still") : words("Play"));
    this.speeds.set(replay.speed);
    show(this.place, replay.to !== null);
    if (replay.to === null) return;
    attribute(this.place, "min", String(replay.from));
    attribute(this.place, "max", String(replay.to));
    attribute(this.place, "aria-valuetext", clock(replay.at, true));
    // A hand on it is not pulled away.
    if (document.activeElement !== this.place || replay.playing) this.place.value = String(replay.at);
  }
}
