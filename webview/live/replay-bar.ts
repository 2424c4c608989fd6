import type { ReplayView } from "../../src/protocol/live-view.ts";
import { attribute, h, show } from "../parts/dom.ts";
import { clock } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";
import { button } from "../ui/toolkit.ts";

const speeds: readonly { readonly speed: number | null; readonly label: string }[] = [
  { speed: 1, label: "1×" },
  { speed: 4, label: "4×" },
  { speed: 16, label: "16×" },
  { speed: 60, label: "60×" },
];

export interface ReplayEvents {
  readonly play: (on: boolean) => void;
  readonly speed: (speed: number | null) => void;
  readonly seek: (time: number) => void;
}

/** How a recording is played: from where, how fast. */
export class ReplayBar {
  readonly root: HTMLElement;
  private readonly play;
  private readonly buttons: readonly HTMLButtonElement[];
  private readonly place = h("input", { class: "replay-place", aria: { label: words("Place in the recording") } });
  private isPlaying = false;

  constructor(events: ReplayEvents) {
    this.play = button(words("Play"), () => events.play(!this.isPlaying));
    this.buttons = [...speeds, { speed: null, label: words("at once") }].map(({ speed, label }) => {
      const made = h("button", { text: label, aria: { pressed: "false" } });
      made.type = "button";
      made.addEventListener("click", () => events.speed(speed));
      return made;
    });
    this.place.type = "range";
    this.place.step = "any";
    this.place.addEventListener("change", () => events.seek(Number(this.place.value)));
    this.root = h(
      "div",
      { class: "control-row replay", hidden: true },
      this.play.element,
      h("div", { class: "segmented", role: "group", aria: { label: words("Speed") } }, ...this.buttons),
      this.place,
    );
  }

  update(replay: ReplayView | null): void {
    show(this.root, replay !== null);
    if (!replay) return;
    this.isPlaying = replay.playing;
    this.play.label(replay.playing ? words("Stand still") : words("Play"));
    for (const [i, made] of this.buttons.entries()) made.setAttribute("aria-pressed", String((speeds[i]?.speed ?? null) === replay.speed));
    show(this.place, replay.to !== null);
    if (replay.to === null) return;
    attribute(this.place, "min", String(replay.from));
    attribute(this.place, "max", String(replay.to));
    attribute(this.place, "aria-valuetext", clock(replay.at, true));
    // A hand on it is not pulled away.
    if (document.activeElement !== this.place || replay.playing) this.place.value = String(replay.at);
  }
}
