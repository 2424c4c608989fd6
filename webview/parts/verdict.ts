import { fill, glyph, h } from "./dom.ts";
import type { Sentence } from "./models.ts";

/** Verdict with its cause on the left, what helps or what it rests on at the right. */
export class Verdict {
  readonly root: HTMLElement;
  private readonly left = h("div", { class: "verdict-left" });
  private readonly right = h("div", { class: "verdict-right" });
  private key = "";

  constructor() {
    this.root = h("div", { class: "verdict" }, this.left, this.right);
  }

  /** `links` follow the last line; `actions` stand below. Nothing is touched while the words stay the same. */
  update(sentence: Sentence, links: readonly HTMLElement[] = [], actions: readonly HTMLElement[] = []): void {
    const key =
      JSON.stringify(sentence) + links.map((element) => element.textContent).join() + actions.map((element) => element.textContent).join();
    if (key === this.key) return;
    this.key = key;
    const lines = sentence.lines.map(({ strong, text }) => h("p", {}, strong ? h("b", { text: `${strong} ` }) : null, text));
    const last = lines.at(-1);
    if (last) for (const element of links) last.append(" ", element);
    fill(
      this.left,
      h("h1", {}, glyph(sentence.sign.glyph, sentence.sign.tone), h("span", { text: sentence.title })),
      ...lines,
      actions.length > 0 ? h("div", { class: "actions" }, ...actions) : null,
    );
  }

  /** Nodes that change by themselves, placed once. */
  aside(...content: Node[]): void {
    fill(this.right, ...content);
  }

  side(title: string, ...content: Node[]): void {
    fill(this.right, ...(content.length > 0 ? [h("div", { class: "side-title", text: title }), ...content] : []));
  }
}
