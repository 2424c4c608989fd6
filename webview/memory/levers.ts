import type { LeverView } from "../../src/protocol/memory-view.ts";
import { fill, h, link } from "../parts/dom.ts";
import { said, words } from "../parts/words.ts";
import { gainWords, isOffered, shareOf } from "./lever-words.ts";

export interface LeverEvents {
  readonly apply: (key: string) => void;
  readonly preview: (key: string) => void;
}

/** Each change with what it gives as a bar, its price, and the two clicks that try it. */
export class LeverList {
  readonly root = h("div");
  private readonly events: LeverEvents;

  constructor(events: LeverEvents) {
    this.events = events;
  }

  update(levers: readonly LeverView[] | null, fitsNow: boolean): void {
    const focused = this.focused();
    if (!levers || levers.length === 0) {
      const text = levers ? words("No single setting gives more here.") : words("Trying each change …");
      fill(this.root, h("p", { class: "secondary-text", text }));
      return;
    }
    const head = h(
      "tr",
      {},
      h("th", { text: words("Change") }),
      h("th", { text: words("KV tokens") }),
      h("th", { class: "lever-price", text: words("Price") }),
    );
    for (const cell of head.children) cell.setAttribute("scope", "col");
    const rows = levers.map((lever) => this.row(lever, levers, fitsNow));
    const made = h(
      "table",
      { class: "levers", aria: { label: words("What would change it") } },
      h("thead", {}, head),
      h("tbody", {}, ...rows),
    );
    const note = words("Bars: KV cache tokens won. Speed after a change comes from a simulation, not from this page.");
    fill(this.root, made, h("p", { class: "secondary-text small", text: note }));
    if (focused !== undefined)
      this.buttons()
        .find((one) => one.dataset.action === focused)
        ?.focus();
  }

  private row(lever: LeverView, levers: readonly LeverView[], fitsNow: boolean): HTMLElement {
    const offered = isOffered(lever);
    const bar = h("span", { class: "gain-bar", aria: { hidden: "true" } });
    bar.style.width = `${shareOf(lever, levers) * 100}%`;
    const title = h("th", { class: "lever-title" }, h("span", { text: said(lever.title) }));
    title.setAttribute("scope", "row");
    if (offered) title.append(this.actions(lever));
    else if (lever.obstacle) title.append(h("div", { class: "secondary-text small", text: said(lever.obstacle) }));
    title.append(h("div", { class: "secondary-text small lever-price-below", text: said(lever.price) }));
    return h(
      "tr",
      {},
      title,
      h(
        "td",
        { class: "lever-gain" },
        lever.outcome.fits && lever.outcome.gainTokens > 0 ? h("span", { class: "gain-track" }, bar) : null,
        h("span", { class: "gain-words", text: gainWords(lever, fitsNow) }),
      ),
      h("td", { class: "lever-price", text: said(lever.price) }),
    );
  }

  private actions(lever: LeverView): HTMLElement {
    const name = said(lever.title);
    const apply = link(words("Apply"), () => this.events.apply(lever.key), { aria: { label: words("Apply: {0}", name) } });
    const preview = link(words("Preview"), () => this.events.preview(lever.key), { aria: { label: words("Preview: {0}", name) } });
    apply.dataset.action = `apply/${lever.key}`;
    preview.dataset.action = `preview/${lever.key}`;
    return h("div", { class: "lever-actions" }, apply, preview);
  }

  private buttons(): readonly HTMLButtonElement[] {
    return [...this.root.querySelectorAll("button")];
  }

  private focused(): string | undefined {
    return this.buttons().find((one) => one === document.activeElement)?.dataset.action;
  }
}
