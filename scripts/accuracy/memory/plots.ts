import type { ScatterPlot } from "../scatter.ts";
import { groupedBy } from "../statistics.ts";
import type { JudgedStart } from "./judged-start.ts";
import type { Term } from "./observed-start.ts";
import { generation } from "./tables.ts";

const plotted: readonly (readonly [Term, string])[] = [
  ["weights", "Weights per GPU"],
  ["activation", "Activation peak"],
  ["kv", "KV cache bytes per GPU"],
];

/** One picture a term, by engine generation. */
export function memoryPlots(judged: readonly JudgedStart[]): readonly ScatterPlot[] {
  return plotted.map(([term, title]) => ({
    name: `memory-${term}`,
    title,
    unit: "GiB",
    series: [...groupedBy(judged, generation)]
      .map(([name, group]) => ({
        name,
        points: group.flatMap(({ start, answer }) => {
          const measured = start.logged[term];
          return answer === undefined || measured === undefined ? [] : [{ measured, predicted: answer.predicted[term] }];
        }),
      }))
      .filter(({ points }) => points.length > 0),
  }));
}
