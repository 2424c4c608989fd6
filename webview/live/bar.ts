import type { LiveHeader } from "../../src/protocol/live-view.ts";
import { h, link, say, show } from "../parts/dom.ts";
import { age, brief, duration, uptime } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";
import { button } from "../ui/toolkit.ts";
import type { Connection } from "./verdict-words.ts";

const stateWords: Readonly<Record<Connection, string>> = {
  connecting: "Connecting",
  live: "Live",
  idle: "Idle",
  restarted: "Live",
  lost: "No answer",
  "needs-key": "Needs a key",
  "wrong-page": "Not a metrics page",
};
const stateGlyphs: Readonly<Record<Connection, string>> = {
  connecting: "○",
  live: "●",
  idle: "○",
  restarted: "●",
  lost: "▲",
  "needs-key": "▲",
  "wrong-page": "?",
};

export interface BarEvents {
  readonly pause: () => void;
  readonly detach: () => void;
  readonly reveal: (line: number) => void;
}

export interface BarState {
  readonly state: Connection;
  /** How far a paused picture is behind; null while it follows. */
  readonly behindSeconds: number | null;
  readonly silentSeconds: number;
  /** Since the newest answer came; null before the first. */
  readonly ageSeconds: number | null;
  /** Since the server's last start; null where it does not say. */
  readonly upSeconds: number | null;
}

/** Who answers, how fresh the answer is, and what can be done about it. */
export class LiveBar {
  readonly root: HTMLElement;
  private readonly dot = h("span", { class: "state-dot", aria: { hidden: "true" } });
  private readonly stateWord = h("b");
  private readonly ageWord = h("span", { class: "secondary-text" });
  private readonly name = h("b", { class: "bar-name" });
  private readonly place: HTMLElement;
  private readonly url = h("span", { class: "path secondary-text" });
  private readonly facts = h("span", { class: "bar-facts droppable" });
  private readonly pause;
  private header: LiveHeader | null = null;

  constructor(events: BarEvents) {
    this.pause = button("Pause", events.pause);
    this.place = link("", () => events.reveal(this.header?.line ?? 0), { class: "path" });
    this.root = h(
      "header",
      { class: "bar-top" },
      h("span", { class: "bar-state" }, this.dot, " ", this.stateWord, " ", this.ageWord),
      this.name,
      this.place,
      this.url,
      this.facts,
      h("span", { class: "bar-actions" }, this.pause.element, button("Detach", events.detach).element),
    );
  }

  setHeader(header: LiveHeader): void {
    this.header = header;
    say(this.name, header.deployment ?? header.model ?? "");
    say(this.place, header.place ?? "");
    show(this.place, header.place !== null && header.line !== null);
    say(this.url, header.url);
  }

  setPaused(paused: boolean): void {
    this.pause.label(paused ? "Go on" : "Pause");
  }

  update(now: BarState): void {
    this.dot.dataset.state = now.state;
    say(this.dot, stateGlyphs[now.state]);
    say(this.stateWord, now.behindSeconds === null ? stateWords[now.state] : "Paused");
    say(this.ageWord, ageWords(now));
    const { header } = this;
    if (!header) return;
    const up = now.upSeconds === null ? "" : words("up {0}", uptime(now.upSeconds));
    const every = words("every {0}", brief(duration(header.intervalSeconds)));
    say(this.facts, [header.server, up, every].filter((part) => part !== "").join(" · "));
  }
}

function ageWords({ state, behindSeconds, silentSeconds, ageSeconds }: BarState): string {
  if (behindSeconds !== null) return words("{0} behind", age(behindSeconds));
  if (state === "lost") return words("for {0}", age(silentSeconds));
  if (ageSeconds === null || (state !== "live" && state !== "idle" && state !== "restarted")) return "";
  return words("{0} ago", age(ageSeconds));
}
