import { h } from "./dom.ts";
import type { CurveLine } from "./models.ts";

/** A piece of each line, dashed as it is drawn, before its name. */
export function lineLegend(lines: readonly Pick<CurveLine, "name" | "series">[]): readonly HTMLElement[] {
  return lines.map(({ name, series }) =>
    h("span", { class: "legend-line" }, h("span", { class: `line-swatch line-${series}`, aria: { hidden: "true" } }), name),
  );
}

/** The signs of what was measured and of what is predicted, with their words. */
export function realLegend(text: string): HTMLElement {
  return legend("legend-live", text);
}

export function predictedLegend(text: string): HTMLElement {
  return legend("legend-predicted", text);
}

function legend(sign: string, text: string): HTMLElement {
  return h("span", { class: "legend" }, h("span", { class: sign, aria: { hidden: "true" } }), text);
}
