import type { WorkloadChoice } from "../../../src/protocol/report-view.ts";
import type { ClassParts, LoadParts } from "../../../src/simulation/workload/load-parts.ts";
import { fill, h, link, show } from "../../parts/dom.ts";
import { words } from "../../parts/words.ts";
import { ArrivalsControl } from "./arrivals-control.ts";
import { ClassControl } from "./class-control.ts";
import { LengthControl } from "./length-control.ts";
import { type FieldEvents, NumberField, needed } from "./number-field.ts";

export interface LoadEvents extends FieldEvents {
  /** The load becomes a workload of the project. */
  readonly save: () => void;
  /** Back to the workload as it is by itself. */
  readonly reset: () => void;
  readonly toggled: () => void;
}

/** What a person made of a load. */
export interface EditedLoad {
  readonly parts: LoadParts;
  readonly seed: number;
}

/** The load in numbers, opened in place: how requests come, how long they are, which classes they have; each can be changed. */
export class LoadSection {
  readonly root: HTMLElement;
  /** Beside the workload's name: opens and closes, and says where the load is not the workload's own. */
  readonly opener: HTMLElement;
  private readonly toggle: HTMLButtonElement;
  private readonly changed = h("span", { text: words("changed"), hidden: true });
  private readonly arrivals;
  private readonly prompt;
  private readonly output;
  private readonly prefix;
  private readonly requests;
  private readonly inFlight;
  private readonly seed;
  private readonly list = h("div", { class: "load-classes" });
  private readonly asWritten;
  private readonly lengths: readonly HTMLElement[];
  private classes: ClassControl[] = [];
  private choice: WorkloadChoice | null = null;

  constructor(private readonly events: LoadEvents) {
    this.arrivals = new ArrivalsControl(events);
    this.prompt = new LengthControl(words("Prompt"), events);
    this.output = new LengthControl(words("Output"), events);
    this.prefix = new NumberField(events, { name: words("Shared prefix"), label: "", unit: words("% of each prompt") });
    this.requests = new NumberField(events, { name: words("Requests"), label: "", characters: 7 });
    this.inFlight = new NumberField(events, { name: words("At most in flight"), label: words("at most in flight") });
    this.seed = new NumberField(events, { name: words("Seed"), label: words("seed") });
    this.asWritten = link(words("Undo the changes"), events.reset);
    this.toggle = link(words("Edit load…"), () => this.setOpen(!this.isOpen), { aria: { expanded: "false", controls: "load" } });
    this.opener = h("span", { class: "field" }, this.toggle, this.changed);
    const row = (label: string, ...content: Node[]): HTMLElement =>
      h("div", { class: "load-row" }, h("span", { class: "load-label", text: label }), h("div", { class: "load-content" }, ...content));
    this.lengths = [
      row(words("Prompt"), this.prompt.root),
      row(words("Output"), this.output.root),
      row(words("Shared prefix"), this.prefix.root),
    ];
    this.root = h(
      "div",
      { class: "load", id: "load", role: "group", hidden: true, aria: { label: words("Load") } },
      row(words("Arrivals"), this.arrivals.root),
      ...this.lengths,
      row(words("Classes"), this.list),
      row(words("Requests"), h("span", { class: "load-fields" }, this.requests.root, this.inFlight.root, this.seed.root)),
      row("", h("span", { class: "load-fields" }, link(words("Save as a workload…"), events.save), this.asWritten)),
    );
    this.root.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape") return;
      this.setOpen(false);
      this.toggle.focus();
    });
  }

  get isOpen(): boolean {
    return !this.root.hidden;
  }

  setOpen(on: boolean): void {
    show(this.root, on);
    this.toggle.setAttribute("aria-expanded", String(on));
    this.events.toggled();
  }

  /** A load as it stands; what a person types is not touched by it. */
  set(choice: WorkloadChoice, { parts, seed }: EditedLoad, ratePerSecond: number | null): void {
    this.choice = choice;
    const { numbers } = choice;
    this.arrivals.set(parts.arrivals, choice.parts.arrivals.kind, ratePerSecond);
    this.prompt.set(parts.promptTokens, numbers.promptMean, numbers.promptP95);
    this.output.set(parts.outputTokens, numbers.outputMean, numbers.outputP95);
    this.prefix.set(parts.prefixShare === null ? null : Number((parts.prefixShare * 100).toPrecision(6)));
    this.requests.set(parts.requests);
    this.inFlight.set(parts.maxInFlight);
    this.seed.set(seed);
    this.setClasses(parts.classes);
    this.mark(parts);
  }

  /** What the fields say; undefined while something is missing. */
  get value(): EditedLoad | undefined {
    const { value: arrivals } = this.arrivals;
    const [promptTokens, outputTokens] = [this.prompt.value, this.output.value];
    const [prefix, maxInFlight] = [this.prefix.value, this.inFlight.value];
    const [requests, seed] = [needed(this.requests), needed(this.seed)];
    const classes = this.classes.flatMap(({ value }) => value ?? []);
    const isWhole = requests !== undefined && Number.isInteger(requests) && seed !== undefined && Number.isInteger(seed);
    if (!isWhole || !arrivals || promptTokens === undefined || outputTokens === undefined) return undefined;
    if (prefix === undefined || (prefix !== null && prefix > 100) || maxInFlight === undefined) return undefined;
    if (maxInFlight !== null && !Number.isInteger(maxInFlight)) return undefined;
    if (classes.length < this.classes.length || new Set(classes.map(({ name }) => name)).size < classes.length) return undefined;
    const parts = {
      arrivals,
      maxInFlight,
      promptTokens,
      outputTokens,
      prefixShare: prefix === null ? null : prefix / 100,
      requests,
      classes,
    };
    this.mark(parts);
    return { parts, seed };
  }

  /** Lengths of the whole load are those of its classes, where it has any. */
  private mark(parts: LoadParts): void {
    const isChanged = this.choice !== null && !sameParts(parts, this.choice.parts);
    show(this.asWritten, isChanged);
    show(this.changed, isChanged);
    for (const row of this.lengths) show(row, parts.classes.length === 0);
  }

  private setClasses(parts: readonly ClassParts[]): void {
    const { choice } = this;
    if (!choice) return;
    const redraw = (next: readonly ClassParts[]): void => {
      this.setClasses(next);
      this.events.changed();
    };
    const now = (): readonly ClassParts[] => this.classes.map((one, i) => one.value ?? (parts[i] as ClassParts));
    const isByItself = choice.parts.arrivals.kind === "by-class";
    this.classes = parts.map(
      (part, i) =>
        new ClassControl(part, choice.numbers, isByItself, { ...this.events, remove: () => redraw(now().filter((_, at) => at !== i)) }),
    );
    fill(
      this.list,
      this.classes.length === 0 ? h("span", { class: "load-none", text: words("All requests are of one kind.") }) : null,
      ...this.classes.map(({ root }) => root),
      link(words("Add a class"), () => redraw(withOneMore(now(), this.wholeLoad, choice.title))),
    );
  }

  /** The load as a class beside which another one comes. */
  private get wholeLoad(): Pick<ClassParts, "promptTokens" | "outputTokens"> {
    return { promptTokens: this.prompt.value ?? null, outputTokens: this.output.value ?? null };
  }
}

/** A first class means two: what there was before, and the new one. */
function withOneMore(
  classes: readonly ClassParts[],
  whole: Pick<ClassParts, "promptTokens" | "outputTokens">,
  title: string,
): readonly ClassParts[] {
  const before = classes.length > 0 ? classes : [{ name: title, weight: 1, ...whole, slo: null }];
  let number = before.length + 1;
  while (before.some(({ name }) => name === words("class {0}", number))) number++;
  return [...before, { name: words("class {0}", number), weight: 1, ...whole, slo: null }];
}

/** Whether two loads have the same parts, in whatever order their members come. */
export function sameParts(a: LoadParts, b: LoadParts): boolean {
  return sorted(a) === sorted(b);
}

function sorted(parts: LoadParts): string {
  return JSON.stringify(parts, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
