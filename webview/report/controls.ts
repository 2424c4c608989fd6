import type { Slo } from "../../src/deployment/deployment.ts";
import type { ReportControls, ReportHeader, WorkloadChoice } from "../../src/protocol/report-view.ts";
import { takesRate } from "../../src/simulation/workload/load-parts.ts";
import type { WorkloadNumbers } from "../../src/simulation/workload/workload.ts";
import { h, say, show } from "../parts/dom.ts";
import { words } from "../parts/words.ts";
import { type ButtonControl, button, dropdown, textField } from "../ui/toolkit.ts";
import { positive } from "./control-values.ts";
import { LoadSection, sameParts } from "./load/load-section.ts";
import { workloadWords } from "./workload-words.ts";

export interface ControlEvents {
  readonly changed: (controls: ReportControls) => void;
  readonly run: () => void;
  readonly save: (controls: ReportControls) => void;
  /** The load was opened or closed. */
  readonly toggled: () => void;
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
  readonly load: LoadSection;
  private readonly problem = h("div", { class: "control-problem", role: "alert", hidden: true });
  private readonly numbers = h("div", { class: "control-words" });
  private readonly layout = h("div", { class: "control-words" });
  private readonly labels: Readonly<Record<"workload" | "rate" | "gpu" | "limits", HTMLElement>>;
  private readonly events: ControlEvents;
  private header: ReportHeader | null = null;
  private controls: ReportControls | null = null;
  /** Of a changed load, once the host counted it. */
  private counted: WorkloadNumbers | null = null;
  private countProblem: string | null = null;

  constructor(events: ControlEvents) {
    this.events = events;
    this.runButton = button(words("Run"), events.run);
    const enter = () => events.run();
    this.rate = textField(words("Rate"), 6, () => this.touched(), enter);
    this.ttft = textField(words("TTFT limit"), 6, () => this.touched(), enter);
    this.tpot = textField(words("TPOT limit"), 6, () => this.touched(), enter);
    this.load = new LoadSection({
      changed: () => this.touched(),
      run: enter,
      save: () => this.controls && events.save(this.controls),
      reset: () => this.resetLoad(),
      toggled: events.toggled,
    });
    this.labels = {
      workload: h("span", { text: words("Workload") }),
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
        control(this.labels.workload, this.workload.element, this.load.opener),
        control(this.labels.rate, this.rate.element, h("span", { class: "secondary-text", text: "req/s" })),
        control(this.labels.gpu, this.gpu.element),
        control(this.labels.limits, field("TTFT", this.ttft.element, "ms"), field("TPOT", this.tpot.element, "ms")),
      ),
      this.load.root,
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
    this.controls = controls;
    this.offer(header);
    this.gpu.choices(header.gpus.map(({ id, title }) => ({ value: id, title })));
    this.workload.set(controls.workload);
    this.gpu.set(controls.gpu);
    this.rate.set(controls.ratePerSecond === null ? "" : String(controls.ratePerSecond));
    this.ttft.set(milliseconds(controls.slo.ttftSeconds));
    this.tpot.set(milliseconds(controls.slo.tpotSeconds));
    say(this.layout, [header.words, header.replicas].filter((part) => part !== "").join(" · "));
    say(this.labels.limits, words("Limits, p{0}", controls.slo.percentile));
    this.counted = null;
    this.countProblem = null;
    this.showLoad();
    this.describe();
  }

  /** What can be chosen, where the choice stays. */
  offer(header: ReportHeader): void {
    this.header = header;
    this.workload.choices(header.workloads.map(({ name, title }) => ({ value: name, title })));
  }

  /** The workloads that can be chosen changed. */
  offerWorkloads(workloads: readonly WorkloadChoice[]): void {
    if (this.header) this.offer({ ...this.header, workloads });
  }

  /** The changed load in numbers. */
  setCounted(numbers: WorkloadNumbers | null, problem: string | null): void {
    this.counted = numbers;
    this.countProblem = problem;
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
    const workload = this.workload.get();
    if (workload !== before.workload) this.choose(workload);
    else this.typed(before);
    if (this.controls) this.events.changed(this.controls);
  }

  /** Another workload comes as it is, at its own rate where it has one. */
  private choose(workload: string): void {
    const { header, controls } = this;
    if (!header || !controls) return;
    const own = header.workloads.find(({ name }) => name === workload)?.ratePerSecond ?? null;
    const rate = own === null ? {} : { ratePerSecond: own, rateOrigin: "assumed" as const };
    this.set(header, { ...controls, workload, workloadOrigin: "assumed", load: null, ...rate });
  }

  private resetLoad(): void {
    const { header, controls } = this;
    if (!header || !controls) return;
    this.set(header, { ...controls, load: null });
    this.events.changed({ ...controls, load: null });
  }

  private typed(before: ReportControls): void {
    const ratePerSecond = positive(this.rate.get());
    const ttftMs = positive(this.ttft.get());
    const tpotMs = positive(this.tpot.get());
    const load = this.load.value;
    const wrong = [ratePerSecond, ttftMs, tpotMs].includes(undefined);
    const problem = wrong
      ? words("Rate and limits are numbers above 0. The last good value is kept.")
      : load
        ? ""
        : words("The load has numbers above 0, and classes names of their own. The last good load is kept.");
    show(this.problem, problem !== "");
    say(this.problem, problem);
    const rateChanged = ratePerSecond !== undefined && ratePerSecond !== before.ratePerSecond;
    const slo: Slo = {
      ...before.slo,
      ttftSeconds: ttftMs === undefined ? before.slo.ttftSeconds : seconds(ttftMs, before.slo.ttftSeconds),
      tpotSeconds: tpotMs === undefined ? before.slo.tpotSeconds : seconds(tpotMs, before.slo.tpotSeconds),
    };
    const own = this.chosen?.parts;
    this.controls = {
      ...before,
      gpu: this.gpu.get(),
      ratePerSecond: ratePerSecond === undefined ? before.ratePerSecond : ratePerSecond,
      rateOrigin: rateChanged ? "assumed" : before.rateOrigin,
      slo,
      load: load ? (own && sameParts(own, load.parts) ? null : load.parts) : before.load,
      seed: load?.seed ?? before.seed,
    };
    this.describe();
  }

  private get chosen(): WorkloadChoice | undefined {
    return this.header?.workloads.find(({ name }) => name === this.controls?.workload);
  }

  private showLoad(): void {
    const { controls, chosen } = this;
    if (!controls || !chosen) return;
    this.load.set(chosen, { parts: controls.load ?? chosen.parts, seed: controls.seed }, controls.ratePerSecond);
  }

  private describe(): void {
    const { controls, chosen } = this;
    if (!controls) return;
    const parts = controls.load ?? chosen?.parts;
    const numbers = controls.load ? (this.counted ?? chosen?.numbers) : chosen?.numbers;
    const known = numbers && parts ? workloadWords(numbers, parts) : words("The workload {0} is not known here.", controls.workload);
    say(this.numbers, controls.load && this.countProblem ? this.countProblem : known);
    assume(this.labels.workload, controls.workloadOrigin === "assumed");
    this.rate.enable(!parts || takesRate(parts.arrivals));
    assume(this.labels.rate, controls.rateOrigin === "assumed" && (!parts || takesRate(parts.arrivals)));
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
