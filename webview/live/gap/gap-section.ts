import type { Gap } from "../../../src/live/prediction/explain/gap.ts";
import { fill, h, show } from "../../parts/dom.ts";
import { Section } from "../../parts/section.ts";
import type { TableActions } from "../../parts/table.ts";
import { words } from "../../parts/words.ts";
import { type GapRow, gapModel, gapTable } from "./gap-model.ts";

/** From predicted to live on a scale of positions, one step a term. */
export class GapSection {
  readonly section: Section;
  private gap: Gap | null = null;

  constructor(actions: TableActions, toggled: () => void) {
    this.section = new Section({
      id: "gap",
      title: words("Gap explained"),
      table: () => (this.gap ? gapTable(this.gap) : []),
      actions,
      toggled,
    });
    show(this.section.root, false);
  }

  update(gap: Gap | null): void {
    if (gap === this.gap) return;
    this.gap = gap;
    show(this.section.root, gap !== null);
    if (!gap) return;
    const model = gapModel(gap);
    this.section.setNote(model.metric);
    const scale = h("div", { class: "gap-scale", role: "img", aria: { label: model.sentence, describedby: this.section.twinId } });
    scale.append(...model.rows.map(rowOf));
    fill(
      this.section.body,
      h("p", { class: "gap-sentence", text: model.sentence }),
      scale,
      model.cannotTell && h("p", { class: "secondary-text small", text: `≈ ${model.cannotTell}` }),
    );
    this.section.refresh();
  }
}

function rowOf({ name, evidence, kind, from, to, text, bucket }: GapRow): HTMLElement {
  const track = h("div", { class: "gap-track" });
  if (bucket) track.append(placed("gap-bucket", bucket[0], bucket[1]));
  track.append(placed(`gap-mark gap-${kind}`, from, to));
  const isEnd = kind === "predicted" || kind === "live";
  return h(
    "div",
    { class: "gap-row" },
    h("div", { class: "gap-name" }, h("span", { text: name }), evidence !== "" && h("span", { class: "gap-evidence", text: evidence })),
    track,
    h(isEnd ? "b" : "span", { class: "gap-value", text }),
  );
}

function placed(classes: string, from: number, to: number): HTMLElement {
  const mark = h("div", { class: classes });
  mark.style.left = `${from * 100}%`;
  mark.style.width = `${(to - from) * 100}%`;
  return mark;
}
