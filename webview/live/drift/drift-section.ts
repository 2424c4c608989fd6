import type { DriftRow } from "../../../src/live/drift/drift.ts";
import { fill, h, link, show } from "../../parts/dom.ts";
import { Section } from "../../parts/section.ts";
import { words } from "../../parts/words.ts";
import { type DriftLine, driftLines, driftNote } from "./drift-model.ts";

/** Each setting as the file and as the server has it: what differs first. */
export class DriftSection {
  readonly section: Section;
  private rows: readonly DriftRow[] = [];

  constructor(private readonly reveal: (line: number) => void) {
    this.section = new Section({ id: "drift", title: words("File and server") });
    show(this.section.root, false);
  }

  update(rows: readonly DriftRow[]): void {
    if (rows === this.rows) return;
    this.rows = rows;
    show(this.section.root, rows.length > 0);
    const note = driftNote(rows);
    fill(this.section.body, this.tableOf(driftLines(rows)), note !== "" && h("p", { class: "secondary-text small", text: note }));
  }

  private tableOf(lines: readonly DriftLine[]): HTMLElement {
    const head = [words("Setting"), words("File"), words("Server"), words("Line")].map((text, i) => {
      const made = h("th", { text, class: i === 1 || i === 2 ? "drift-value" : "" });
      made.scope = "col";
      return made;
    });
    const body = lines.map((line) => this.row(line));
    const made = h("table", { class: "drift-table" }, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...body));
    made.setAttribute("aria-label", words("File and server"));
    return made;
  }

  private row({ setting, file, server, isDifferent, isQuiet, line, title }: DriftLine): HTMLElement {
    const name = h("th", { text: setting });
    name.scope = "row";
    const said = isDifferent ? h("b", {}, h("span", { text: "≠ ", aria: { hidden: "true" } }), server) : server;
    return h(
      "tr",
      { class: isQuiet ? "secondary-text" : "" },
      name,
      h("td", { class: "drift-value", text: file }),
      h("td", { class: "drift-value", title }, said),
      h("td", {}, line === null ? "" : link(words("line {0}", line + 1), () => this.reveal(line))),
    );
  }
}
