import type { Prediction } from "../../src/protocol/live-view.ts";
import { h, say, show } from "../parts/dom.ts";
import { Segmented } from "../parts/segmented.ts";
import { words } from "../parts/words.ts";
import { dropdown } from "../ui/toolkit.ts";
import { type Basis, basisChoices, basisOf } from "./basis.ts";
import { ReplayBar, type ReplayEvents } from "./replay-bar.ts";

export interface WindowChoice {
  readonly seconds: number;
  readonly label: string;
  readonly heading: string;
}

export function windowChoices(): readonly WindowChoice[] {
  return [
    { seconds: 60, label: words("1 m"), heading: words("Last minute") },
    { seconds: 300, label: words("5 m"), heading: words("Last 5 minutes") },
    { seconds: 900, label: words("15 m"), heading: words("Last 15 minutes") },
    { seconds: 3600, label: words("1 h"), heading: words("Last hour") },
    { seconds: Number.POSITIVE_INFINITY, label: words("All"), heading: words("All") },
  ];
}

export interface ControlEvents extends ReplayEvents {
  readonly window: (seconds: number) => void;
  readonly predict: (basis: Basis) => void;
  readonly engine: (engine: string | null) => void;
}

const allEngines = "*";

/** Window, basis of the prediction and engine, and under them what is attached in words. */
export class LiveControls {
  readonly root: HTMLElement;
  readonly replay: ReplayBar;
  private readonly windows: Segmented<number>;
  private readonly basis;
  private readonly engine;
  private readonly engineControl: HTMLElement;
  private readonly words = h("div", { class: "control-words" });

  constructor(events: ControlEvents) {
    this.replay = new ReplayBar(events);
    const windows = windowChoices().map(({ seconds, label }) => ({ value: seconds, label }));
    this.windows = new Segmented(
      words("Window"),
      (seconds) => {
        this.setWindow(seconds);
        events.window(seconds);
      },
      windows,
    );
    this.basis = dropdown(words("Predict with"), (value) => {
      const chosen = basisChoices().find((choice) => choice.value === value);
      if (chosen) events.predict(chosen.value);
    });
    this.basis.choices(basisChoices());
    this.basis.set("measured");
    this.engine = dropdown(words("Engine"), (value) => events.engine(value === allEngines ? null : value));
    this.engineControl = h("div", { class: "control", hidden: true }, h("span", { text: words("Engine") }), this.engine.element);
    this.root = h(
      "div",
      { class: "controls" },
      h(
        "div",
        { class: "control-row" },
        h("div", { class: "control" }, h("span", { text: words("Window") }), this.windows.root),
        h("div", { class: "control" }, h("span", { text: words("Predict with") }), this.basis.element),
        this.engineControl,
      ),
      this.replay.root,
      this.words,
    );
  }

  setWindow(seconds: number): void {
    this.windows.set(seconds);
  }

  setWords(text: string): void {
    say(this.words, text);
  }

  /** Shows what the host predicted with, where it says one of the known bases. */
  setPrediction(prediction: Prediction | null): void {
    const basis = basisOf(prediction);
    if (basis) this.basis.set(basis);
  }

  /** Engines that can be shown alone; a single one is no choice. */
  setEngines(engines: readonly string[], chosen: string | null): void {
    show(this.engineControl, engines.length > 1);
    if (engines.length < 2) return;
    this.engine.choices([
      { value: allEngines, title: words("all ({0})", engines.length) },
      ...engines.map((engine) => ({ value: engine, title: engine })),
    ]);
    this.engine.set(chosen ?? allEngines);
  }
}
