import type { PoolMemory } from "../../src/language/memory-overview.ts";
import { fill, h, say, show, swatch } from "../parts/dom.ts";
import { pieces } from "../parts/memory-pieces.ts";
import { words } from "../parts/words.ts";
import { rankBars } from "./bars.ts";
import { PieceBars } from "./piece-bars.ts";

/** The bars of every pool, each with its heading where there are several; charts stay the same elements, so that focus stays where it is. */
export class RankCharts {
  private readonly legends = h("div", { class: "legends" });
  readonly root = h("div", {}, this.legends);
  private readonly charts: { readonly root: HTMLElement; readonly heading: HTMLElement; readonly bars: PieceBars }[] = [];

  update(pools: readonly PoolMemory[]): void {
    fill(this.legends, ...legend(pools));
    while (this.charts.length < pools.length) this.add();
    for (const [at, { root, heading, bars }] of this.charts.entries()) {
      const pool = pools[at];
      show(root, pool !== undefined);
      if (!pool) continue;
      show(heading, pools.length > 1);
      say(heading, words("{0}, {1} × {2}", pool.name, pool.gpus * pool.instances, pool.gpu));
      bars.update(rankBars(pool, at));
    }
  }

  private add(): void {
    const heading = h("h3");
    const hint = words("Point at a piece, or go to it with Tab and the arrow keys, for its formula.");
    const bars = new PieceBars(`ranks-${this.charts.length}`, this.charts.length === 0 ? hint : "");
    const root = h("div", {}, heading, bars.root);
    this.charts.push({ root, heading, bars });
    this.root.append(root);
  }
}

/** What the colours of these pools' bars stand for. */
function legend(pools: readonly PoolMemory[]): readonly HTMLElement[] {
  const all = pools.flatMap(({ plan }) => plan.ranks.flatMap(pieces));
  const shown = new Map(all.map(({ name, series }) => [name, series]));
  return [...shown].map(([name, series]) => h("span", { class: "legend" }, swatch({ series }), name));
}
