import { attribute, fill, glyph, h, say, show } from "./dom.ts";
import type { Bullet, Figure, Tag } from "./models.ts";
import { words } from "./words.ts";

/** The row of headline figures. Cells are kept and changed in place: a live page updates them four times a second. */
export class FigureCells {
  readonly root = h("div", { class: "figures", role: "list", aria: { label: words("Key figures") } });
  private readonly cells = new Map<string, Cell>();

  update(figures: readonly Figure[]): void {
    const ids = figures.map(({ id }) => id).join();
    if ([...this.cells.keys()].join() !== ids) {
      this.cells.clear();
      for (const { id } of figures) this.cells.set(id, new Cell(id));
      fill(this.root, ...[...this.cells.values()].map((cell) => cell.root));
    }
    for (const figure of figures) this.cells.get(figure.id)?.update(figure);
  }
}

class Cell {
  readonly root: HTMLElement;
  private readonly label = h("span", { class: "figure-label" });
  private readonly tag = h("span", { class: "figure-tag" });
  private readonly value = h("span", { class: "figure-value" });
  private readonly unit = h("span", { class: "figure-unit" });
  private readonly words = h("div", { class: "figure-words", hidden: true });
  private readonly number: HTMLElement;
  private readonly caption = h("div", { class: "figure-caption" });
  private readonly beside = h("div", { class: "figure-beside", hidden: true });
  private readonly bullet = new BulletView();
  private tagKey = "";

  constructor(id: string) {
    this.number = h("div", { class: "figure-number" }, this.value, " ", this.unit);
    this.root = h(
      "div",
      { class: "figure", role: "listitem" },
      h("div", { class: "figure-head" }, this.label, this.tag),
      this.number,
      this.words,
      this.bullet.root,
      this.caption,
      this.beside,
    );
    this.root.dataset.figure = id;
  }

  update(figure: Figure): void {
    say(this.label, figure.label);
    attribute(this.label, "title", figure.title);
    say(this.value, figure.value);
    say(this.unit, figure.unit);
    say(this.words, figure.unknown ?? "");
    show(this.words, figure.unknown !== undefined);
    show(this.number, figure.unknown === undefined);
    say(this.caption, figure.caption);
    this.caption.classList.toggle("assumed", figure.assumed === true);
    say(this.beside, figure.beside ?? "");
    show(this.beside, figure.beside !== undefined);
    this.bullet.update(figure.unknown === undefined ? figure.bullet : null);
    this.drawTag(figure.tag);
  }

  private drawTag(tag: Tag | null): void {
    const key = JSON.stringify(tag);
    if (key === this.tagKey) return;
    this.tagKey = key;
    if (tag) fill(this.tag, glyph(tag.glyph, tag.tone), ` ${tag.word}`);
    else fill(this.tag);
  }
}

class BulletView {
  readonly root: HTMLElement;
  private readonly band = h("div", { class: "bullet-band" });
  private readonly value = h("div", { class: "bullet-value" });
  private readonly limit = h("div", { class: "bullet-limit" });
  private readonly track = h("div", { class: "bullet-track" });

  constructor() {
    this.root = h("div", { class: "bullet", aria: { hidden: "true" } }, this.track, this.band, this.limit, this.value);
  }

  update(bullet: Bullet | null): void {
    this.root.classList.toggle("empty", bullet === null);
    if (!bullet) return;
    const at = (value: number) => `${Math.min(100, Math.max(0, (value / bullet.scale) * 100))}%`;
    this.root.dataset.tone = bullet.tone;
    this.value.style.left = at(bullet.value);
    show(this.band, bullet.low !== null && bullet.high !== null);
    if (bullet.low !== null && bullet.high !== null) {
      this.band.style.left = at(bullet.low);
      this.band.style.width = `calc(${at(bullet.high)} - ${at(bullet.low)})`;
    }
    show(this.limit, bullet.limit !== null && bullet.limit <= bullet.scale);
    if (bullet.limit !== null) this.limit.style.left = at(bullet.limit);
  }
}
