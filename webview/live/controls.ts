import type { FromLiveView, Prediction } from "../../src/protocol/live-view.ts";
import { h, say } from "../parts/dom.ts";
import { dropdown } from "../ui/toolkit.ts";

export type Basis = Extract<FromLiveView, { kind: "predict" }>["basis"];

export const windows: readonly { readonly seconds: number; readonly label: string; readonly heading: string }[] = [
  { seconds: 60, label: "1 m", heading: "Last minute" },
  { seconds: 300, label: "5 m", heading: "Last 5 minutes" },
  { seconds: 900, label: "15 m", heading: "Last 15 minutes" },
  { seconds: 3600, label: "1 h", heading: "Last hour" },
  { seconds: Number.POSITIVE_INFINITY, label: "All", heading: "All" },
];

export function windowOf(seconds: number) {
  return windows.find((window) => window.seconds === seconds);
}

/** Window and basis of the prediction, and under them what is attached in words. */
export class LiveControls {
  readonly root: HTMLElement;
  private readonly buttons: readonly HTMLButtonElement[];
  private readonly basis;
  private readonly words = h("div", { class: "control-words" });

  constructor(events: { readonly window: (seconds: number) => void; readonly predict: (basis: Basis) => void }) {
    this.buttons = windows.map(({ seconds, label }) => {
      const made = h("button", { text: label, aria: { pressed: "false" } });
      made.type = "button";
      made.addEventListener("click", () => {
        this.setWindow(seconds);
        events.window(seconds);
      });
      return made;
    });
    this.basis = dropdown("Predict with", (value) => {
      if (value === "measured" || value === "file" || value === "report") events.predict(value);
    });
    this.basis.choices([
      { value: "measured", title: "measured workload" },
      { value: "file", title: "the file's workload" },
      { value: "report", title: "the last report" },
    ]);
    this.basis.set("measured");
    this.root = h(
      "div",
      { class: "controls" },
      h(
        "div",
        { class: "control-row" },
        h(
          "div",
          { class: "control" },
          h("span", { text: "Window" }),
          h("div", { class: "segmented", role: "group", aria: { label: "Window" } }, ...this.buttons),
        ),
        h("div", { class: "control" }, h("span", { text: "Predict with" }), this.basis.element),
      ),
      this.words,
    );
  }

  setWindow(seconds: number): void {
    for (const [i, button] of this.buttons.entries()) button.setAttribute("aria-pressed", String(windows[i]?.seconds === seconds));
  }

  setWords(text: string): void {
    say(this.words, text);
  }

  /** Shows what the host predicted with, where it says one of the known bases. */
  setPrediction(prediction: Prediction | null): void {
    if (!prediction) return;
    if (/measured/.test(prediction.basis)) this.basis.set("measured");
    else if (/report/.test(prediction.basis)) this.basis.set("report");
    else if (/file/.test(prediction.basis)) this.basis.set("file");
  }
}
