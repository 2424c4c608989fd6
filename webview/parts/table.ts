import { h, link, swatch } from "./dom.ts";
import type { TableModel } from "./models.ts";
import { words } from "./words.ts";

/** A `<table>` with the numbers of a model; numbers right, secondary columns marked so that narrow pages drop them. */
export function table(model: TableModel, caption = false): HTMLTableElement {
  const classes = model.columns.map((column) => [column.numeric ? "numeric" : "", column.secondary ? "secondary" : ""].join(" ").trim());
  const head = h("tr", {}, ...model.columns.map((column, i) => cell("th", column.title, classes[i] ?? "", "col")));
  const body = model.rows.map((row, r) =>
    h(
      "tr",
      {},
      ...row.map((text, i) => {
        const made = i === 0 ? cell("th", text, classes[i] ?? "", "row") : cell("td", text, classes[i] ?? "");
        const fill = i === 0 ? model.swatches?.[r] : undefined;
        if (fill) made.prepend(swatch(fill));
        return made;
      }),
    ),
  );
  const made = h("table", {}, h("thead", {}, head), h("tbody", {}, ...body));
  if (caption) made.prepend(h("caption", { text: model.name }));
  else made.setAttribute("aria-label", model.name);
  return made;
}

function cell(tag: "th" | "td", text: string, classes: string, scope?: "col" | "row"): HTMLTableCellElement {
  const made = h(tag, { text, class: classes });
  if (scope) made.setAttribute("scope", scope);
  return made;
}

/** RFC 4180: quotes where needed, CRLF between lines. Numbers are raw where the model has them. */
export function csv(model: TableModel): string {
  return lines(model, (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value), ",", "\r\n");
}

/** Tab-separated, as spreadsheets take from the clipboard. */
export function tabbed(model: TableModel): string {
  return lines(model, (value) => value.replaceAll(/[\t\r\n]/g, " "), "\t", "\n");
}

function lines(model: TableModel, quote: (text: string) => string, between: string, end: string): string {
  const head = model.raw?.head ?? model.columns.map(({ title }) => title);
  const rows = model.raw?.rows() ?? model.rows;
  const line = (cells: readonly (string | number)[]) =>
    cells
      .map((value) =>
        typeof value === "number" ? (Number.isNaN(value) ? "" : String(value)) : quote(value.replaceAll(/[\u00a0\u2009]/g, " ")),
      )
      .join(between);
  return [head, ...rows].map(line).join(end) + end;
}

export interface TableActions {
  readonly copy: (text: string) => void;
  readonly save: (name: string, text: string) => void;
}

/** The twin of a chart: Copy and Save CSV above the table with the same numbers. */
export function twin(model: TableModel, actions: TableActions): HTMLElement {
  const name = `${model.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.csv`;
  return h(
    "div",
    { class: "twin" },
    h(
      "div",
      { class: "twin-actions" },
      link(words("Copy"), () => actions.copy(tabbed(model))),
      link(words("Save CSV"), () => actions.save(name, csv(model))),
    ),
    table(model, true),
  );
}
