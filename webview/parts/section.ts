import { fill, h, link, say, show } from "./dom.ts";
import type { TableModel } from "./models.ts";
import { type TableActions, twin } from "./table.ts";
import { words } from "./words.ts";

export interface SectionOptions {
  readonly id: string;
  readonly title: string;
  /** The same numbers as a table; no toggle without it. */
  readonly table?: () => TableModel | readonly TableModel[];
  readonly actions?: TableActions;
  readonly toggled?: (open: boolean) => void;
}

/** Heading, note, and a body that a `Table` toggle swaps for its twin. */
export class Section {
  readonly root: HTMLElement;
  readonly body = h("div", { class: "section-body" });
  readonly twinId: string;
  private readonly note = h("span", { class: "section-note" });
  private readonly extra = h("span", { class: "section-extra" });
  private readonly twin: HTMLElement;
  private readonly toggle: HTMLButtonElement | null;
  private readonly options: SectionOptions;
  private open = false;

  constructor(options: SectionOptions) {
    this.options = options;
    const headingId = `${options.id}-heading`;
    this.twinId = `${options.id}-table`;
    this.twin = h("div", { id: this.twinId, hidden: true });
    this.toggle = options.table ? link(words("Table"), () => this.setOpen(!this.open, true), { aria: { pressed: "false" } }) : null;
    this.root = h(
      "section",
      { class: "section", id: options.id, aria: { labelledby: headingId } },
      h(
        "div",
        { class: "section-head" },
        h("div", { class: "section-words" }, h("h2", { id: headingId, text: options.title }), this.note, this.extra),
        this.toggle,
      ),
      this.body,
      this.twin,
    );
  }

  setTitle(text: string): void {
    const heading = this.root.querySelector("h2");
    if (heading) say(heading, text);
  }

  setNote(text: string): void {
    say(this.note, text);
  }

  /** Legend or links beside the heading. */
  setExtra(...nodes: Node[]): void {
    fill(this.extra, ...nodes);
  }

  setOpen(open: boolean, told = false): void {
    this.open = open;
    this.toggle?.setAttribute("aria-pressed", String(open));
    show(this.body, !open);
    show(this.twin, open);
    this.refresh();
    if (told) this.options.toggled?.(open);
  }

  /** Without numbers there is no table to toggle. */
  offerTable(on: boolean): void {
    if (this.toggle) show(this.toggle, on);
  }

  get isOpen(): boolean {
    return this.open;
  }

  /** Draws the twin again; nothing while it is closed. */
  refresh(): void {
    if (!this.open || !this.options.table || !this.options.actions) {
      this.twin.replaceChildren();
      return;
    }
    // A redraw must not take the focus from Copy or Save CSV.
    const focused = [...this.twin.querySelectorAll("button")].findIndex((button) => button.matches(":focus"));
    const { actions } = this.options;
    fill(this.twin, ...[this.options.table()].flat().map((model) => twin(model, actions)));
    if (focused >= 0) this.twin.querySelectorAll("button")[focused]?.focus();
  }
}
