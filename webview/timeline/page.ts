import type { FromTimelineView, TimelineHeader, TimelineRun, ToTimelineView } from "../../src/protocol/timeline-view.ts";
import { h, link, say, show } from "../parts/dom.ts";
import { connect, record } from "../parts/host.ts";
import { duration, whole } from "../parts/numbers.ts";
import { onThemeChange, readTheme } from "../parts/theme.ts";
import { learnWords, words } from "../parts/words.ts";
import { button, textField } from "../ui/toolkit.ts";
import { Explorer } from "./explorer.ts";
import { foundRequest } from "./ranking.ts";

/** Builds the page into `#app` and follows the host's messages. */
export function startTimeline(): void {
  learnWords();
  const app = document.getElementById("app");
  if (app) new TimelinePage(app);
}

class TimelinePage {
  private readonly host = connect<ToTimelineView, FromTimelineView>((message) => this.receive(message));
  private readonly name = h("b", { class: "bar-name" });
  private readonly place = link("", () => this.host.post({ kind: "reveal", line: this.header?.line ?? 0 }), { class: "path" });
  private readonly facts = h("span", { class: "bar-facts droppable" });
  private readonly field = textField(
    words("Find request"),
    12,
    () => say(this.line, ""),
    () => this.find(),
  );
  private readonly worst = button(words("Worst TTFT"), () => this.selectWorst());
  private readonly trace = button(words("Export trace"), () => this.host.post({ kind: "export" }));
  /** What goes on, or what is wrong with what is shown. */
  private readonly line = h("div", { class: "page-line", role: "status", hidden: true });
  private readonly partly = h("p", { class: "secondary-text small partly", hidden: true });
  private readonly explorer: Explorer;
  private header: TimelineHeader | null = null;
  private run: TimelineRun | null = null;
  private wanted: number | "worst-ttft" | null = null;

  constructor(app: HTMLElement) {
    this.explorer = new Explorer(readTheme(), {
      actions: {
        copy: (text) => this.host.post({ kind: "copy", text }),
        save: (name, text) => this.host.post({ kind: "save", name: `${this.header?.name ?? "run"}-${name}`, text }),
      },
      reveal: (line) => this.host.post({ kind: "reveal", line }),
      record: (fromSeconds) => this.host.post({ kind: "record", fromSeconds }),
      find: () => this.field.element.focus(),
      keep: () => this.keep(),
    });
    this.field.element.setAttribute("placeholder", words("request 412"));
    this.field.element.title = words("Find request: a number, or worst. Key: /");
    const actions = h("span", { class: "bar-actions" }, this.field.element, this.worst.element, this.trace.element);
    const bar = h("header", { class: "bar-top" }, this.name, this.place, this.facts, actions);
    app.append(bar, this.line, this.partly, this.explorer.root);
    show(this.explorer.root, false);
    onThemeChange((theme) => this.explorer.setTheme(theme));
    this.host.post({ kind: "ready" });
  }

  private receive(message: ToTimelineView): void {
    switch (message.kind) {
      case "header":
        this.setHeader(message.header);
        break;
      case "running":
        this.tell("running", words("Writing down the run: {0} of {1} requests", whole(message.finished), whole(message.total)));
        break;
      case "run":
        this.setRun(message.run);
        break;
      case "places":
        this.explorer.setPlaces(message.places, this.header?.file ?? "");
        break;
      case "select":
        this.wanted = message.entry;
        this.selectWanted();
        break;
      case "problem":
        show(this.explorer.root, false);
        this.tell("problem", [message.title, ...message.lines].join(" "));
        break;
      case "stale":
        this.tell("stale", message.reason);
        break;
    }
  }

  private setHeader(header: TimelineHeader): void {
    this.header = header;
    say(this.name, header.name);
    say(this.place, header.place);
    this.place.title = words("Show {0} in the editor", header.place);
    say(this.facts, words("Timeline · {0}", header.words));
    document.body.dataset.ready = "1";
  }

  private setRun(run: TimelineRun): void {
    this.run = run;
    this.tell("run", "");
    show(this.explorer.root, true);
    this.explorer.show(run);
    this.explorer.restore(record(this.host.kept()));
    this.tellRecorded(run);
    const { dataset } = document.body;
    const { steps, chunks, levels, transfers, moments } = run.timeline;
    dataset.steps = String(steps.start.length);
    dataset.end = String(run.timeline.end);
    dataset.events = String(
      [steps.start, chunks.step, levels.time, transfers.start, moments.time].reduce((sum, { length }) => sum + length, 0),
    );
    dataset.requests = String(run.requests.arrival.length);
    this.selectWanted();
  }

  /** Where not all of the run could be held, which part is here and how to see the rest. */
  private tellRecorded({ timeline: { from, to, end } }: TimelineRun): void {
    const isPart = from > 0 || to < end;
    show(this.partly, isPart);
    if (!isPart) return;
    this.partly.replaceChildren(
      words(
        "Recorded {0} to {1} of {2}: what is held of a run is limited, and nothing in it is left out. ",
        duration(from),
        duration(to),
        duration(end),
      ),
      ...(to < end ? [link(words("Record from {0}", duration(to)), () => this.host.post({ kind: "record", fromSeconds: to }))] : []),
      " ",
      ...(from > 0 ? [link(words("Record from the beginning"), () => this.host.post({ kind: "record", fromSeconds: 0 }))] : []),
    );
  }

  private selectWanted(): void {
    const { wanted, run } = this;
    if (!run || wanted === null) return;
    this.wanted = null;
    if (wanted === "worst-ttft") this.selectWorst();
    else this.explorer.select(wanted);
  }

  private selectWorst(): void {
    const worst = this.explorer.ranking?.slowest;
    if (worst !== undefined) this.explorer.select(worst);
  }

  private find(): void {
    const { run } = this;
    const { ranking } = this.explorer;
    if (!run || !ranking) return;
    const found = foundRequest(this.field.get(), run.requests.arrival.length, ranking);
    if (found === undefined)
      this.tell("run", words("There is no request {0}: they are numbered 0 to {1}.", this.field.get(), run.requests.arrival.length - 1));
    else {
      this.tell("run", "");
      this.explorer.select(found);
      this.explorer.focus();
    }
  }

  private tell(state: "running" | "run" | "problem" | "stale", text: string): void {
    document.body.dataset.state = state;
    say(this.line, text);
    show(this.line, text !== "");
  }

  private keep(): void {
    this.host.keep(this.explorer.kept);
  }
}
