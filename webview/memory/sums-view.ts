import type { MemoryPlan } from "../../src/memory/plan.ts";
import { fill, h } from "../parts/dom.ts";
import { words } from "../parts/words.ts";
import { type SumLine, sumLines } from "./sums.ts";

/** The whole sum of each group of ranks behind a chevron, the tightest first; open ones stay open through every redraw. */
export class Sums {
  readonly root = h("div");
  private readonly opened = new Set<string>();
  private readonly toggled: () => void;

  constructor(toggled: () => void) {
    this.toggled = toggled;
  }

  get open(): readonly string[] {
    return [...this.opened];
  }

  restore(labels: readonly string[]): void {
    for (const label of labels) this.opened.add(label);
  }

  update(plan: MemoryPlan): void {
    const { ranks, tightest } = plan;
    const focused = [...this.root.querySelectorAll("summary")].findIndex((one) => one.matches(":focus"));
    const order = [...ranks.keys()].sort((a, b) => Number(b === tightest) - Number(a === tightest) || a - b);
    fill(
      this.root,
      ...order.flatMap((at) => {
        const rank = ranks[at];
        if (!rank) return [];
        const title = ranks.length === 1 ? words("KV cache, step by step") : words("{0}, step by step", rank.label);
        return [this.details(rank.label, title, sumLines(rank, plan, at === tightest))];
      }),
    );
    if (focused >= 0) this.root.querySelectorAll("summary")[focused]?.focus();
  }

  private details(key: string, title: string, lines: readonly SumLine[]): HTMLElement {
    const made = h("details", { class: "formula" }, h("summary", { text: title }), ...lines.map(lineOf));
    made.open = this.opened.has(key);
    made.addEventListener("toggle", () => {
      if (made.open === this.opened.has(key)) return;
      if (made.open) this.opened.add(key);
      else this.opened.delete(key);
      this.toggled();
    });
    return made;
  }
}

function lineOf({ label, formula, source }: SumLine): HTMLElement {
  return h(
    "div",
    { class: "formula-step" },
    h("span", { class: "secondary-text", text: label }),
    h("code", { text: formula }),
    source === "" ? null : h("span", { class: "formula-source secondary-text", text: source }),
  );
}
