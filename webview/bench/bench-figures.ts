import type { LatencyStatistic } from "../../src/live/bench/compare-load.ts";
import type { BenchView } from "../../src/protocol/bench-view.ts";
import type { Figure, Tag } from "../parts/models.ts";
import { brief, parts, percent } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";
import { worstWords } from "./bench-plots.ts";
import { figureName, type Metric, rowOf } from "./bench-words.ts";

const metrics: readonly Metric[] = ["ttft", "tpot", "e2e", "throughput"];

/** How far the prediction of each figure is off over all loads, with the worst of them. */
export function benchFigures(bench: BenchView, statistic: LatencyStatistic): readonly Figure[] {
  return metrics.flatMap((metric) => {
    const told = bench.loads.flatMap((load) => {
      const row = rowOf(load, metric, statistic);
      return row && row.share !== null ? [{ load, row, share: row.share }] : [];
    });
    const [one] = told;
    if (!one) return [];
    const off = told.reduce((sum, { share }) => sum + Math.abs(share), 0) / told.length;
    const [value, unit] = parts(brief(percent(off)));
    const within = told.filter(({ row }) => row.verdict === "within").length;
    return [
      {
        id: metric,
        label: words("{0} off by", figureName(one.row)),
        value,
        unit,
        bullet: null,
        title: words("Mean over the loads of how far predicted is from measured"),
        tag: tagOf(within, told.length),
        caption: worstWords(told),
      },
    ];
  });
}

function tagOf(within: number, all: number): Tag {
  if (within === all) return { glyph: "✓", word: words("within"), tone: "good" };
  return { glyph: "≠", word: words("{0} of {1} within", within, all), tone: "warning" };
}
