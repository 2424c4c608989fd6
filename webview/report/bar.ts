import type { ReportHeader, ToReportView } from "../../src/protocol/report-view.ts";
import type { Report } from "../../src/simulation/report/report.ts";
import { h, link, say, show } from "../parts/dom.ts";
import { duration, whole } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";
import { button } from "../ui/toolkit.ts";

export interface BarEvents {
  readonly reveal: () => void;
  readonly timeline: () => void;
  readonly compare: () => void;
  readonly cancel: () => void;
}

/** Which of the bar's actions make sense now. */
export interface BarState {
  readonly running: boolean;
  /** There are figures of a run. */
  readonly hasRun: boolean;
  /** They are those of the file as it is. */
  readonly isCurrent: boolean;
}

/** The line that stays at the top: which deployment, how far its run is or what it took, and what can be done with it. */
export class ReportBar {
  readonly root: HTMLElement;
  readonly progress = h("div", { class: "progress" });
  private readonly name = h("b", { class: "bar-name" });
  private readonly place: HTMLElement;
  private readonly facts = h("span", { class: "bar-facts" });
  private readonly cancel;
  private readonly timeline;
  private readonly compare;

  /** `exports` and `run` belong to others and only have their place here. */
  constructor(events: BarEvents, exports: HTMLElement, run: HTMLElement) {
    this.place = link("", events.reveal, { class: "path" });
    this.cancel = button(words("Cancel"), events.cancel);
    this.timeline = button(words("Timeline"), events.timeline);
    this.compare = button(words("Compare…"), events.compare);
    this.timeline.element.title = words("Steps, transfers and requests of this run, one by one");
    const actions = [this.timeline.element, this.compare.element, exports, this.cancel.element, run];
    this.root = h("header", { class: "bar-top" }, this.name, this.place, this.facts, h("span", { class: "bar-actions" }, ...actions));
    this.update({ running: false, hasRun: false, isCurrent: false });
  }

  setHeader({ name, place }: ReportHeader): void {
    say(this.name, name);
    say(this.place, place);
    this.place.title = words("Show {0} in the editor", place);
  }

  setRunning({ simulatedSeconds, totalSeconds, finished, total }: Extract<ToReportView, { kind: "running" }>): void {
    const share = totalSeconds ? simulatedSeconds / totalSeconds : total > 0 ? finished / total : 0;
    this.progress.style.width = `${Math.min(1, share) * 100}%`;
    const seconds = Math.round(simulatedSeconds);
    const text = totalSeconds
      ? words("{0} of {1} s simulated", seconds, whole(totalSeconds))
      : words("{0} s simulated, {1} of {2} requests", seconds, whole(finished), whole(total));
    say(this.facts, text);
  }

  /** What a run took and covers; null = there is none. */
  setRun(run: { readonly report: Report; readonly wallSeconds: number } | null): void {
    say(this.facts, run ? runFacts(run.report, duration(run.wallSeconds)) : "");
  }

  update({ running, hasRun, isCurrent }: BarState): void {
    show(this.progress, running);
    this.facts.classList.toggle("droppable", !running);
    this.cancel.show(running);
    this.timeline.show(hasRun && isCurrent && !running);
    this.compare.show(hasRun);
  }
}

function runFacts({ stoppedAtSeconds, summary, seed }: Report, took: string): string {
  return [
    stoppedAtSeconds === null ? words("Done in {0}", took) : words("Stopped after {0}", took),
    words("{0} requests", whole(summary.requests)),
    words("{0} s simulated", whole(summary.durationSeconds)),
    words("seed {0}", seed),
  ].join(" · ");
}
