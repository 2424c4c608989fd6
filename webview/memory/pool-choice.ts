import { fill, h, show } from "../parts/dom.ts";
import { words } from "../parts/words.ts";

/** Which pool the sections below are about, where there are several. */
export class PoolChoice {
  readonly root = h("div", { class: "pool-choice" });
  private readonly buttons = h("div", { class: "segmented", role: "group", aria: { label: words("Pool") } });
  private readonly changed: () => void;
  private names: readonly string[] = [];
  private index = 0;

  constructor(changed: () => void) {
    this.changed = changed;
    this.root.append(h("span", { class: "secondary-text small", text: words("Pool") }), this.buttons);
    show(this.root, false);
  }

  get chosen(): number {
    return Math.min(this.index, Math.max(0, this.names.length - 1));
  }

  restore(index: number): void {
    if (Number.isInteger(index) && index >= 0) this.index = index;
  }

  update(names: readonly string[]): void {
    show(this.root, names.length > 1);
    if (names.join("\n") !== this.names.join("\n")) {
      this.names = names;
      fill(this.buttons, ...names.map((name, at) => this.button(name, at)));
    }
    this.mark();
  }

  private button(name: string, at: number): HTMLElement {
    const made = h("button", { text: name });
    made.type = "button";
    made.addEventListener("click", () => {
      this.index = at;
      this.mark();
      this.changed();
    });
    return made;
  }

  private mark(): void {
    for (const [at, one] of [...this.buttons.children].entries()) one.setAttribute("aria-pressed", String(at === this.chosen));
  }
}
