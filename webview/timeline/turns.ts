import { h, link, show } from "../parts/dom.ts";
import { words } from "../parts/words.ts";

/** More instances than this are shown in turns. */
const mostShown = 16;

/** Which instances are shown, and the way to the others where they are too many for one page. */
export class Turns {
  readonly root = h("div", { class: "turns small", hidden: true });
  /** A new set with every change. */
  shown: ReadonlySet<number> = new Set();
  private count = 0;

  constructor(private readonly turned: () => void) {}

  start(count: number): void {
    this.count = count;
    this.show(0, []);
  }

  /** The turn with these instances; where they lie in several, the rest of them beside it. */
  bring(instances: readonly number[]): void {
    const missing = instances.find((instance) => !this.shown.has(instance));
    if (missing !== undefined) this.show(Math.floor(missing / mostShown), instances);
  }

  private show(turn: number, also: readonly number[]): void {
    const first = turn * mostShown;
    const end = Math.min(this.count, first + mostShown);
    this.shown = new Set([...Array.from({ length: end - first }, (_, i) => first + i), ...also]);
    show(this.root, this.count > mostShown);
    this.root.replaceChildren(
      words("Instances {0} to {1} of {2}", first, end - 1, this.count),
      " ",
      this.way(turn - 1, words("Previous")),
      " ",
      this.way(turn + 1, words("Next")),
    );
  }

  private way(turn: number, text: string): HTMLElement | string {
    if (turn < 0 || turn * mostShown >= this.count) return "";
    return link(text, () => {
      this.show(turn, []);
      this.turned();
    });
  }
}
