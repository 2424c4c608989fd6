import { mixedIn } from "../../src/live/page/mixed.ts";
import type { LiveHeader, RecordingView } from "../../src/protocol/live-view.ts";
import { fill, glyph, h, link, say, show } from "../parts/dom.ts";
import { age, brief, clock, duration, elapsed, figure, uptime } from "../parts/numbers.ts";
import { said, words } from "../parts/words.ts";
import { button } from "../ui/toolkit.ts";
import type { LiveState } from "./state.ts";
import type { Connection } from "./verdict-words.ts";

const glyphs: Readonly<Record<Connection, string>> = {
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
  readonly record: (on: boolean) => void;
  readonly detach: () => void;
  readonly reveal: (line: number) => void;
}

/** Who answers, how fresh the answer is, and what can be done about it. */
export class LiveBar {
  readonly root: HTMLElement;
  private readonly dot = h("span", { class: "state-dot", aria: { hidden: "true" } });
  private readonly stateWord = h("b");
  private readonly ageWord = h("span", { class: "secondary-text" });
  private readonly name = h("b", { class: "bar-name" });
  private readonly place: HTMLElement;
  private readonly url = h("span", { class: "path secondary-text bar-url" });
  private readonly facts = h("span", { class: "bar-facts droppable" });
  private readonly from = h("span", { class: "bar-from secondary-text" });
  private readonly warnings = h("span", { class: "bar-warnings" });
  private readonly recording = h("span", { class: "bar-recording", hidden: true });
  private readonly pause;
  private readonly record;
  private isRecording = false;
  private header: LiveHeader | null = null;
  private warned = "";

  constructor(events: BarEvents) {
    this.pause = button(words("Pause"), events.pause);
    this.record = button(words("Record"), () => events.record(!this.isRecording));
    this.place = link("", () => events.reveal(this.header?.line ?? 0), { class: "path" });
    this.root = h(
      "header",
      { class: "bar-top" },
      h("span", { class: "bar-state" }, this.dot, " ", this.stateWord, " ", this.ageWord),
      this.recording,
      this.name,
      this.place,
      this.url,
      this.from,
      this.warnings,
      this.facts,
      h("span", { class: "bar-actions" }, this.pause.element, this.record.element, button(words("Detach"), events.detach).element),
    );
  }

  /** `behindSeconds` is how far a paused picture is behind; null while it follows. */
  update(live: LiveState, behindSeconds: number | null): void {
    this.dot.dataset.state = live.state;
    say(this.dot, live.replay ? "▶" : glyphs[live.state]);
    say(this.stateWord, stateWords(live, behindSeconds !== null));
    say(this.ageWord, ageWords(live, behindSeconds));
    this.pause.label(behindSeconds === null ? words("Pause") : words("Go on"));
    this.pause.show(live.replay === null);
    this.drawRecording(live.recording, live.replay !== null || !canRecord(live.state));
    this.drawHeader(live);
  }

  private drawHeader({ header, connection, upSeconds, server, members }: LiveState): void {
    this.header = header;
    if (!header) return;
    say(this.name, header.deployment ?? header.model ?? "");
    say(this.place, header.place ?? "");
    show(this.place, header.place !== null && header.line !== null);
    say(this.url, header.url);
    const up = upSeconds === null ? "" : words("up {0}", uptime(upSeconds));
    const every = words("every {0}", brief(duration(header.intervalSeconds)));
    const servers = members?.members.length ?? 0;
    const several = servers > 1 ? words("{0} servers", servers) : "";
    say(this.facts, [header.server, several, up, every].filter((part) => part !== "").join(" · "));
    say(this.from, connection?.from ? words("asked from {0}", said(connection.from)) : "");
    const warnings = [
      ...(connection?.tlsVerified === false ? [words("certificate not checked")] : []),
      ...(header.versions.length > 1 ? [words("servers run {0} versions: {1}", header.versions.length, header.versions.join(", "))] : []),
      ...(server ? mixedIn(server) : []).map(said),
    ].join(" · ");
    if (warnings === this.warned) return;
    this.warned = warnings;
    fill(this.warnings, ...(warnings === "" ? [] : [glyph("▲", "warning"), ` ${warnings}`]));
  }

  private drawRecording(recording: RecordingView | null, isImpossible: boolean): void {
    this.isRecording = recording !== null;
    this.record.label(recording ? words("Stop recording") : words("Record"));
    this.record.show(!isImpossible || recording !== null);
    show(this.recording, recording !== null);
    if (!recording) return;
    const text = ` ${words("Recording {0}, {1} MB", elapsed(recording.seconds), figure(recording.bytes / 1e6))}`;
    if (this.recording.childElementCount === 0) this.recording.append(glyph("◉", "bad"), h("span"));
    const last = this.recording.lastElementChild;
    if (last instanceof HTMLElement) say(last, text);
    this.recording.title = recording.name;
  }
}

function canRecord(state: Connection): boolean {
  return state !== "needs-key" && state !== "wrong-page" && state !== "connecting";
}

function stateWords({ state, replay }: LiveState, isPaused: boolean): string {
  if (replay) return replay.playing ? words("Replaying") : words("Replay stands still");
  if (isPaused) return words("Paused");
  switch (state) {
    case "connecting":
      return words("Connecting");
    case "live":
    case "restarted":
      return words("Live");
    case "idle":
      return words("Idle");
    case "lost":
      return words("No answer");
    case "needs-key":
      return words("Needs a key");
    case "wrong-page":
      return words("Not a metrics page");
    default: {
      const never: never = state;
      return never;
    }
  }
}

function ageWords({ state, replay, silentSeconds, ageSeconds }: LiveState, behindSeconds: number | null): string {
  if (replay) return clock(replay.at, true);
  if (behindSeconds !== null) return words("{0} behind", age(behindSeconds));
  if (state === "lost") return words("for {0}", age(silentSeconds));
  if (ageSeconds === null || (state !== "live" && state !== "idle" && state !== "restarted")) return "";
  return words("{0} ago", age(ageSeconds));
}
