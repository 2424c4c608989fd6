import type { ShiftSteps } from "../../../src/live/prediction/shift-steps.ts";
import { fill, h, show, swatch } from "../../parts/dom.ts";
import { Section } from "../../parts/section.ts";
import { type TableActions, table } from "../../parts/table.ts";
import { words } from "../../parts/words.ts";
import { type StepBar, stepsModel, stepsTable, thresholdTable } from "./steps-model.ts";

/** Tokens of the engine's steps with the threshold of Shift Parallelism on them. */
export class StepsSection {
  readonly section: Section;
  private steps: ShiftSteps | null = null;

  constructor(actions: TableActions, toggled: () => void) {
    this.section = new Section({
      id: "steps",
      title: words("Steps and threshold"),
      table: () => (this.steps ? [stepsTable(this.steps), thresholdTable(this.steps)] : []),
      actions,
      toggled,
    });
    show(this.section.root, false);
  }

  update(steps: ShiftSteps | null): void {
    if (steps === this.steps) return;
    this.steps = steps;
    show(this.section.root, steps !== null);
    if (!steps) return;
    const model = stepsModel(steps);
    const legend = h(
      "p",
      { class: "step-legend small secondary-text" },
      h("span", {}, swatch({ series: 3 }), model.below),
      h("span", {}, swatch({ series: 5, pattern: 1 }), model.above),
    );
    const plot = h("div", { class: "step-bars", role: "img", aria: { label: model.sentence, describedby: this.section.twinId } });
    plot.append(...model.bars.map((bar, i) => barOf(bar, i, model.bars.length)), threshold(model.thresholdAt, model.thresholdText));
    const left = h("div", {}, legend, plot, h("p", { class: "step-axis small secondary-text", text: words("tokens of a step, up to") }));
    const right = steps.others.length > 0 && h("div", {}, table(thresholdTable(steps)));
    fill(this.section.body, h("p", { text: model.sentence }), h("div", { class: "pair step-pair" }, left, right));
    this.section.refresh();
  }
}

const fills: Readonly<Record<StepBar["mode"], string>> = {
  tensor: "series-3",
  sequence: "series-5 pattern-1",
  both: "series-3 pattern-1",
};

function barOf({ height, mode, label, title }: StepBar, i: number, bars: number): HTMLElement {
  const bar = h("div", { class: `step-bar ${fills[mode]}` });
  bar.style.height = `${height * 100}%`;
  // Every label of a few bars, every second or third of many.
  const every = Math.ceil(bars / 8);
  const text = (bars - 1 - i) % every === 0 ? label : "";
  return h("div", { class: "step-column", title }, h("div", { class: "step-room" }, bar), h("span", { class: "step-label", text }));
}

function threshold(at: number, text: string): HTMLElement {
  const mark = h("div", { class: at > 0.6 ? "step-threshold left" : "step-threshold" }, h("span", { text }));
  mark.style.left = `${at * 100}%`;
  return mark;
}
