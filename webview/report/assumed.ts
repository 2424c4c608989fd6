import { plain } from "../../src/deployment/message.ts";
import type { Report } from "../../src/simulation/report.ts";
import type { TableModel } from "../parts/models.ts";

/** What nobody wrote down, with why it was taken so. */
export function assumedTable({ assumed }: Report): TableModel {
  return {
    name: "Assumed values",
    columns: [
      { title: "Value", numeric: false },
      { title: "Taken as", numeric: false },
      { title: "Because", numeric: false, secondary: true },
    ],
    rows: assumed.map(({ what, value, why }) => [what, value, plain(why)]),
  };
}
