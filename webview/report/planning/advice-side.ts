import type { AdviceView, ChangeView } from "../../../src/protocol/planning-view.ts";
import { h, link, show } from "../../parts/dom.ts";
import { said, words } from "../../parts/words.ts";
import { type ButtonControl, button } from "../../ui/toolkit.ts";
import { gainWords, obstacleWords, priceWords, reachWords } from "./advice-words.ts";

export interface AdviceEvents {
  readonly apply: (at: number) => void;
  readonly preview: (at: number) => void;
  readonly compare: (at: number) => void;
  readonly toggled: () => void;
}

/** Beyond the best one. */
const mostOthers = 5;

/** The change that helps most with its gain, its price and its buttons; the next ones behind a link. */
export class AdviceSide {
  readonly root = h("div", { class: "advice" });
  private apply: ButtonControl | null = null;
  private isPrimary = false;
  private isOpen = false;
  private shown = "";

  constructor(private readonly events: AdviceEvents) {}

  /** The edit that helps most is the page's one primary button, unless the controls ask for a run. */
  primary(on: boolean): void {
    this.isPrimary = on;
    this.apply?.primary(on);
  }

  /** Whether there is an edit to offer. */
  get hasEdit(): boolean {
    return this.apply !== null;
  }

  /** `before` = the last rate that holds without it. */
  update(advice: AdviceView, before: number | null): void {
    const key = JSON.stringify([advice, before]);
    if (key === this.shown) return;
    this.shown = key;
    this.apply = null;
    const [best, ...others] = advice.helping;
    const list = this.others(advice, others.slice(0, mostOthers));
    this.root.replaceChildren(
      ...(best ? [this.best(advice, best, before, list && this.toggle(list)), ...(list ? [list] : [])] : this.none(advice)),
    );
  }

  private none({ progress, nearest }: AdviceView): readonly HTMLElement[] {
    if (progress || nearest.length === 0) return [];
    const links = nearest.map(({ change }, at) =>
      link(said(change.title), () => this.events.compare(at), { aria: { label: words("Compare: {0}", said(change.title)) } }),
    );
    return [h("p", { class: "actions" }, h("span", { text: words("Nearest:") }), ...links)];
  }

  private best(advice: AdviceView, best: ChangeView, before: number | null, toggle: HTMLElement | null): HTMLElement {
    const lines = [gainWords(advice.before, best.figures), reachWords(advice, before), priceWords(best), obstacleWords(best)];
    const actions = h("div", { class: "actions" }, ...this.buttons(best), toggle);
    return h(
      "div",
      {},
      h("p", {}, h("b", { text: `${said(best.change.title)}.` }), ` ${lines.filter((text) => text !== "").join(" ")}`),
      actions,
    );
  }

  private buttons({ place }: ChangeView): readonly HTMLElement[] {
    const compare = link(words("Compare"), () => this.events.compare(0));
    if (place === null) return [compare];
    this.apply = button(words("Apply to {0}", place), () => this.events.apply(0));
    this.apply.primary(this.isPrimary);
    return [this.apply.element, link(words("Preview"), () => this.events.preview(0)), compare];
  }

  private others({ before }: AdviceView, others: readonly ChangeView[]): HTMLElement | null {
    if (others.length === 0) return null;
    const list = h("ul", { class: "other-changes small", id: "other-changes" }, ...others.map((one, i) => this.other(before, one, i + 1)));
    show(list, this.isOpen);
    return list;
  }

  private toggle(list: HTMLElement): HTMLElement {
    const count = list.children.length;
    const toggle = link(
      count === 1 ? words("1 other change") : words("{0} other changes", count),
      () => {
        this.isOpen = !this.isOpen;
        show(list, this.isOpen);
        toggle.setAttribute("aria-expanded", String(this.isOpen));
        this.events.toggled();
      },
      { aria: { expanded: String(this.isOpen), controls: "other-changes" } },
    );
    return toggle;
  }

  private other(before: AdviceView["before"], one: ChangeView, at: number): HTMLElement {
    const links =
      one.place === null
        ? []
        : [
            " ",
            link(words("Apply to {0}", one.place), () => this.events.apply(at)),
            " ",
            link(words("Preview"), () => this.events.preview(at), { aria: { label: words("Preview: {0}", said(one.change.title)) } }),
          ];
    const compare = link(words("Compare"), () => this.events.compare(at), {
      aria: { label: words("Compare: {0}", said(one.change.title)) },
    });
    const text = [gainWords(before, one.figures), priceWords(one), obstacleWords(one)].filter((part) => part !== "").join(" ");
    return h("li", {}, h("b", { text: `${said(one.change.title)}.` }), ` ${text}`, ...links, " ", compare);
  }
}
