import type { Slo } from "../../../src/deployment/deployment.ts";
import { histogramQuantile } from "../../../src/live/series/quantile.ts";
import { DistributionView } from "../../parts/distribution.ts";
import { fill, h, show } from "../../parts/dom.ts";
import type { Distribution } from "../../parts/models.ts";
import { Section } from "../../parts/section.ts";
import type { TableActions } from "../../parts/table.ts";
import type { Theme } from "../../parts/theme.ts";
import { words } from "../../parts/words.ts";
import { histogramOver, stretchOf } from "../measured.ts";
import type { Ring } from "../ring.ts";
import { distributedWords, distributionOf, distributionTable } from "./lengths-model.ts";

/** How TTFT and the lengths of requests are spread over the window. */
export class LengthsSection {
  readonly section: Section;
  private readonly plots = h("div", { class: "distributions" });
  private readonly views = new Map<string, DistributionView>();
  private shown: readonly Distribution[] = [];
  private drawn: { readonly from: number; readonly to: number; readonly slo: Slo | null; readonly theme: Theme } | null = null;

  constructor(actions: TableActions, toggled: () => void) {
    this.section = new Section({
      id: "lengths",
      title: words("How requests are spread"),
      table: () => this.shown.map(distributionTable),
      actions,
      toggled,
    });
    this.section.body.append(this.plots);
    show(this.section.root, false);
  }

  update(ring: Ring, from: number, to: number, slo: Slo | null, theme: Theme): void {
    if (this.isDrawn(from, to, slo, theme)) return;
    this.drawn = { from, to, slo, theme };
    const stretch = stretchOf(ring, from, to);
    this.shown = distributedWords.flatMap((word) => {
      const histogram = stretch ? histogramOver(ring, word, stretch) : undefined;
      return histogram && histogram.total > 0 ? [distributionOf(word, histogram, histogramQuantile(0.95, histogram), slo)] : [];
    });
    show(this.section.root, this.shown.length > 0);
    const before = this.views.size;
    for (const model of this.shown) {
      const view = this.views.get(model.id) ?? new DistributionView(model, theme, this.section.twinId, () => {});
      this.views.set(model.id, view);
      view.update(model, theme);
    }
    const views = this.shown.flatMap(({ id }) => this.views.get(id)?.root ?? []);
    if (this.views.size !== before || this.plots.childElementCount !== views.length) fill(this.plots, ...views);
    this.section.refresh();
  }

  /** A window that moved on by less than a second shows the same. */
  private isDrawn(from: number, to: number, slo: Slo | null, theme: Theme): boolean {
    const { drawn } = this;
    return drawn !== null && Math.abs(from - drawn.from) < 1 && Math.abs(to - drawn.to) < 1 && slo === drawn.slo && theme === drawn.theme;
  }
}
