import { CurveView } from "../parts/curve-view.ts";
import { fill, h, show } from "../parts/dom.ts";
import { lineLegend, predictedLegend, realLegend } from "../parts/line-legend.ts";
import type { CurvePlot, TableModel } from "../parts/models.ts";
import { pictureLinks } from "../parts/picture-links.ts";
import { Section } from "../parts/section.ts";
import type { TableActions } from "../parts/table.ts";
import { readTheme, type Theme } from "../parts/theme.ts";
import { words } from "../parts/words.ts";
import { correctedSeries } from "./bench-plots.ts";

export interface CurveSectionOptions {
  readonly id: string;
  readonly title: string;
  readonly table: () => readonly TableModel[];
  readonly actions: TableActions;
  readonly toggled: () => void;
  readonly picture: (name: string, url: string) => void;
}

/** Plots side by side under one heading with one legend, and their table. */
export class CurveSection {
  readonly section: Section;
  private readonly plots = h("div", { class: "distributions" });
  private readonly views = new Map<string, CurveView>();
  private readonly pictures: readonly HTMLElement[];

  constructor({ id, picture, ...options }: CurveSectionOptions) {
    this.section = new Section({ id, ...options });
    this.section.body.append(this.plots);
    this.pictures = pictureLinks(
      () => this.section.root,
      readTheme,
      (url) => picture(`${id}.png`, url),
    );
  }

  update(models: readonly CurvePlot[], theme: Theme): void {
    show(this.section.root, models.length > 0);
    const views = models.map((model) => {
      const view = this.views.get(model.id) ?? new CurveView(model, theme, this.section.twinId);
      this.views.set(model.id, view);
      return { view, model };
    });
    fill(this.plots, ...views.map(({ view }) => view.root));
    for (const { view, model } of views) view.update(model, theme);
    const isCorrected = models.some(({ lines }) => lines.some(({ series }) => series === correctedSeries));
    this.section.setExtra(
      realLegend(words("measured")),
      predictedLegend(words("predicted, with range")),
      ...(isCorrected ? lineLegend([{ name: words("with the correction"), series: correctedSeries }]) : []),
      ...this.pictures,
    );
    this.section.refresh();
  }
}
