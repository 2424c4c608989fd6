import { h } from "./dom.ts";
import type { CurveLine } from "./models.ts";

/** A piece of each line, dashed as it is drawn, before its name. */
export function lineLegend(lines: readonly Pick<CurveLine, "name" | "series">[]): readonly HTMLElement[] {
  return lines.map(({ name, series }) =>
    h("span", { class: "legend-line" }, h("span", { class: `line-swatch line-${series}`, aria: { hidden: "true" } }), name),
  );
}
