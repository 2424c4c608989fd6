import type { Report } from "../../src/simulation/report.ts";
import type { TableModel } from "../parts/models.ts";
import { said, words } from "../parts/words.ts";

/** What nobody wrote down, with why it was taken so. */
export function assumedTable({ assumed }: Report): TableModel {
  return {
    name: words("Assumed values"),
    columns: [
      { title: words("Value"), numeric: false },
      { title: words("Taken as"), numeric: false },
      { title: words("Because"), numeric: false, secondary: true },
    ],
    rows: assumed.map(({ what, value, why }) => [what, value, said(why)]),
  };
}
