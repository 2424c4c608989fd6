import type { Report } from "../../src/simulation/report/report.ts";
import { h, link } from "../parts/dom.ts";
import type { TableModel } from "../parts/models.ts";
import { said, unbroken, words } from "../parts/words.ts";

/** What nobody wrote down, with why it was taken so. */
export function assumedTable({ assumed }: Report): TableModel {
  return {
    name: words("Assumed values"),
    columns: [
      { title: words("Value"), numeric: false },
      { title: words("Taken as"), numeric: false },
      { title: words("Because"), numeric: false, secondary: true },
    ],
    rows: assumed.map(({ what, value, why }) => [what, unbroken(value), said(why)]),
  };
}

/** The first of what was assumed, with the way to all of it; nothing where nothing was. */
export function assumedLine({ assumed }: Report): HTMLElement[] {
  if (assumed.length === 0) return [];
  const names = assumed.slice(0, 3).map(({ what, value }) => words("{0}: {1}", what, value));
  const rest = assumed.length > 3 ? words(", and {0} more", assumed.length - 3) : "";
  return [
    h(
      "p",
      {},
      words("Assumed: "),
      h("span", { class: "assumed", text: names.join("; ") }),
      rest,
      " ",
      link(words("Assumed values ({0})", assumed.length), () => document.getElementById("assumed")?.scrollIntoView()),
    ),
  ];
}
