import type { Slo } from "../../../src/deployment/deployment.ts";
import type { Standing } from "../../../src/live/prediction/standing.ts";
import { CurveView } from "../../parts/curve-view.ts";
import { fill, h, show } from "../../parts/dom.ts";
import { Section } from "../../parts/section.ts";
import type { TableActions } from "../../parts/table.ts";
import type { Theme } from "../../parts/theme.ts";
import { said, words } from "../../parts/words.ts";
import { standingPlot, standingTable } from "./standing-plot.ts";

/** Where the server stands on its predicted curve, and how far from the last rate that holds. */
export class StandingSection {
  readonly section: Section;
  private readonly sentence = h("p", { class: "standing-sentence" });
  private readonly plot = h("div");
  private view: CurveView | null = null;
  private standing: Standing | null = null;
  private theme: Theme | null = null;

  constructor(actions: TableActions, toggled: () => void) {
    this.section = new Section({
      id: "standing",
      title: words("On the predicted curve"),
      table: () => (this.standing ? standingTable(this.standing) : []),
      actions,
      toggled,
    });
    this.section.body.append(this.sentence, this.plot);
    show(this.section.root, false);
  }

  update(standing: Standing | null, slo: Slo | null, theme: Theme): void {
    if (standing === this.standing && theme === this.theme) return;
    this.standing = standing;
    this.theme = theme;
    show(this.section.root, standing !== null);
    if (!standing) return;
    const model = standingPlot(standing, slo);
    if (!this.view) {
      this.view = new CurveView(model, theme, this.section.twinId);
      fill(this.plot, this.view.root);
    }
    this.sentence.textContent = said(standing.sentence);
    this.view.update(model, theme);
    this.section.refresh();
  }
}
