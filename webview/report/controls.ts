import type { Slo } from "../../src/deployment/deployment.ts";
import type { ReportControls, ReportHeader } from "../../src/protocol/report-view.ts";
import { h, say, show } from "../parts/dom.ts";
import { words } from "../parts/words.ts";
import { type ButtonControl, button, dropdown, textField } from "../ui/toolkit.ts";
import { positive } from "./control-values.ts";
import { workloadWords } from "./workload-words.ts";

export interface ControlEvents {
  readonly changed: (controls: ReportControls) => void;
  readonly run: () => void;
}

/** Workload, rate, GPU and limits in one wrapping row, and under it what they mean in numbers. */
export class Controls {
  readonly root: HTMLElement;
  readonly runButton: ButtonControl;
  private readonly workload = dropdown(words("Workload"), () => this.touched());
  private readonly gpu = dropdown("GPU", () => this.touched());
  private readonly rate;
  private readonly ttft;
  private readonly tpot;
  private readonly problem = h("div", { class: "control-problem", role: "alert", hidden: true });
  private readonly numbers = h("div", { class: "control-words" });
  private readonly layout = h("div", { class: "control-words" });
  private readonly labels: Readonly<Record<"rate" | "gpu" | "limits", HTMLElement>>;
  private readonly events: ControlEvents;
  private header: ReportHeader | null = null;
  private controls: ReportControls | null = null;

  constructor(events: ControlEvents) {
    this.events = events;
    this.runButton = button(words("Run"), events.run);
    const enter = () => events.run();
    this.rate = textField(words("Rate"), 6, () => this.touched(), enter);
    this.ttft = textField(words("TTFT limit"), 6, () => this.touched(), enter);
    this.tpot = textField(words("TPOT limit"), 6, () => this.touched(), enter);
    this.labels = {
      rate: h("span", { text: words("Rate") }),
      gpu: h("span", { text: "GPU" }),
      limits: h("span", { text: words("Limits, p{0}", 95) }),
    };
    this.root = h(
      "div",
      { class: "controls" },
      h(
        "div",
        { class: "control-row" },
        control(h("span", { text: words("Workload") }), this.workload.element),
        control(this.labels.rate, this.rate.element, h("span", { class: "secondary-text", text: "req/s" })),
        control(this.labels.gpu, this.gpu.element),
        control(this.labels.limits, field("TTFT", this.ttft.element, "ms"), field("TPOT", this.tpot.element, "ms")),
      ),
      this.problem,
      this.numbers,
      this.layout,
    );
  }

  get value(): ReportControls | null {
    return this.controls;
  }

  /** The controls as the host knows them, or as a person left them. */
  set(header: ReportHeader, controls: ReportControls): void {
    this.header = header;
    this.controls = controls;
    this.workload.choices(header.workloads.map(({ name, title }) => ({ value: name, title })));
    this.gpu.choices(header.gpus.map(({ id, title }) => ({ value: id, title })));
    this.workload.set(controls.workload);
    this.gpu.set(controls.gpu);
    this.rate.set(controls.ratePerSecond === null ? "" : String(controls.ratePerSecond));
    this.ttft.set(milliseconds(controls.slo.ttftSeconds));
    this.tpot.set(milliseconds(controls.slo.tpotSeconds));
    say(this.layout, [header.words, header.replicas].filter((part) => part !== "").join(" · "));
    say(this.labels.limits, words("Limits, p{0}", controls.slo.percentile));
    this.describe();
  }

  /** Puts other values in as if a person had typed them. */
  change(part: Partial<ReportControls>): void {
    if (!this.header || !this.controls) return;
    this.set(this.header, { ...this.controls, ...part });
    this.events.changed(this.controls);
  }

  focusLimits(): void {
    this.ttft.element.focus();
  }

  private touched(): void {
    const before = this.controls;
    if (!before) return;
    const ratePerSecond = positive(this.rate.get());
    const ttftMs = positive(this.ttft.get());
    const tpotMs = positive(this.tpot.get());
    const wrong = [ratePerSecond, ttftMs, tpotMs].includes(undefined);
    show(this.problem, wrong);
    say(this.problem, wrong ? words("Rate and limits are numbers above 0. The last good value is kept.") : "");
    const rateChanged = ratePerSecond !== undefined && ratePerSecond !== before.ratePerSecond;
    const slo: Slo = {
      ...before.slo,
      ttftSeconds: ttftMs === undefined ? before.slo.ttftSeconds : seconds(ttftMs, before.slo.ttftSeconds),
      tpotSeconds: tpotMs === undefined ? before.slo.tpotSeconds : seconds(tpotMs, before.slo.tpotSeconds),
    };
    this.controls = {
      ...before,
      workload: this.workload.get(),
      gpu: this.gpu.get(),
      ratePerSecond: ratePerSecond === undefined ? before.ratePerSecond : ratePerSecond,
      rateOrigin: rateChanged ? "assumed" : before.rateOrigin,
      slo,
    };
    this.describe();
    this.events.changed(this.controls);
  }

  private describe(): void {
    const { controls, header } = this;
    if (!controls || !header) return;
    const chosen = header.workloads.find(({ name }) => name === controls.workload);
    say(this.numbers, chosen ? workloadWords(chosen.numbers) : `Workload ${controls.workload} is not known here.`);
    assume(this.labels.rate, controls.rateOrigin === "assumed");
    assume(this.labels.gpu, controls.gpuOrigin === "assumed");
    assume(this.labels.limits, controls.sloOrigin === "assumed");
  }
}

/** Name, field and unit that no line break parts. */
function field(name: string, element: HTMLElement, unit: string): HTMLElement {
  return h("span", { class: "field" }, h("span", { text: name }), element, h("span", { text: unit }));
}

function control(...nodes: Node[]): HTMLElement {
  return h("div", { class: "control" }, ...nodes);
}

function assume(label: HTMLElement, on: boolean): void {
  label.classList.toggle("assumed", on);
  label.title = on ? words("Assumed: not written in the file") : "";
}

function milliseconds(limit: number | null): string {
  return limit === null ? "" : String(Number((limit * 1000).toPrecision(6)));
}

function seconds(ms: number | null, before: number | null): number | null {
  return ms === null ? null : milliseconds(before) === String(ms) ? before : ms / 1000;
}
