import { h, say } from "../parts/dom.ts";
import { words } from "../parts/words.ts";
import type { LiveState } from "./state.ts";
import type { Connection } from "./verdict-words.ts";

/** Says aloud what changed about the connection, never a sample. */
export class Spoken {
  readonly root = h("div", { class: "hidden-text", role: "status", aria: { live: "polite" } });
  private state: Connection = "connecting";
  private isRecording = false;

  update({ state, recording }: LiveState): void {
    const sentence = this.connectionWords(state) ?? this.recordingWords(recording !== null);
    this.state = state;
    this.isRecording = recording !== null;
    if (sentence !== undefined) say(this.root, sentence);
  }

  private connectionWords(state: Connection): string | undefined {
    if (state === this.state) return undefined;
    if (state === "lost") return words("The server does not answer.");
    if (state === "restarted") return words("The server was restarted.");
    if (state === "needs-key") return words("The server asks for a key.");
    return this.state === "lost" && (state === "live" || state === "idle") ? words("The server answers again.") : undefined;
  }

  private recordingWords(isRecording: boolean): string | undefined {
    if (isRecording === this.isRecording) return undefined;
    return isRecording ? words("Recording started.") : words("Recording stopped.");
  }
}
