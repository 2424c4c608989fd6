import { h, link, show } from "../../parts/dom.ts";
import { words } from "../../parts/words.ts";
import { button } from "../../ui/toolkit.ts";

export type ExportKind = "html" | "json" | "requests" | "markdown" | "latency-picture" | "time-picture" | "trace";

const titles: Readonly<Record<ExportKind, () => string>> = {
  html: () => words("HTML report"),
  json: () => "JSON",
  requests: () => words("Requests as CSV"),
  markdown: () => words("Copy as Markdown"),
  "latency-picture": () => words("Latency as PNG"),
  "time-picture": () => words("Over time as PNG"),
  trace: () => words("Trace for Perfetto"),
};
const kinds: readonly ExportKind[] = ["html", "json", "requests", "markdown", "latency-picture", "time-picture", "trace"];

/** `Export…` with its choices below it; Escape and a choice close it. */
export class ExportMenu {
  readonly root: HTMLElement;
  private readonly list: HTMLElement;
  private readonly opener = button(words("Export…"), () => this.open(this.list.hidden === true));

  constructor(choose: (kind: ExportKind) => void) {
    const entries = kinds.map((kind) =>
      h(
        "li",
        {},
        link(titles[kind](), () => {
          this.open(false);
          choose(kind);
        }),
      ),
    );
    this.list = h("ul", { class: "export-list", id: "export-list", hidden: true }, ...entries);
    this.root = h("span", { class: "export" }, this.opener.element, this.list);
    this.opener.element.setAttribute("aria-controls", "export-list");
    this.root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.list.hidden) return;
      this.open(false);
      this.opener.element.focus();
    });
    this.open(false);
    this.show(false);
  }

  /** There is something to export. */
  show(on: boolean): void {
    show(this.root, on);
    if (!on) this.open(false);
  }

  private open(on: boolean): void {
    show(this.list, on);
    this.opener.element.setAttribute("aria-expanded", String(on));
    if (on) this.list.querySelector("button")?.focus();
  }
}
