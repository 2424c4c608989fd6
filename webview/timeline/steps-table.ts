import type { TableModel } from "../parts/models.ts";
import { duration, whole } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";
import type { RunIndex } from "./run-index.ts";
import type { Interval } from "./window.ts";

/** Most rows of the page's table. */
const mostRows = 200;

/** Steps that run in a time, in order of their starts, those of chosen instances. */
export function stepsIn({ instances }: RunIndex, { from, to }: Interval, shown: ReadonlySet<number>): readonly number[] {
  const found: { readonly row: number; readonly start: number }[] = [];
  for (const { instance, tracks } of instances) {
    if (!shown.has(instance)) continue;
    for (const track of tracks) {
      const last = track.startingAfter(to);
      for (let i = track.endingAfter(from); i < last; i++) found.push({ row: track.rows[i] as number, start: track.start[i] as number });
    }
  }
  return found.sort((a, b) => a.start - b.start || a.row - b.row).map(({ row }) => row);
}

/** The steps in view as numbers; the page has the first of them, Copy and Save CSV have all. */
export function stepsTable(index: RunIndex, rows: readonly number[]): TableModel {
  const { steps, instances } = index.run.timeline;
  const shown = rows.slice(0, mostRows);
  return {
    name: rows.length > shown.length ? words("Steps in view, first {0} of {1}", shown.length, whole(rows.length)) : words("Steps in view"),
    columns: [
      { title: words("Instance"), numeric: false },
      { title: words("Start"), numeric: true },
      { title: words("Duration"), numeric: true },
      { title: words("Prompt tokens"), numeric: true },
      { title: words("Decoding"), numeric: true },
      { title: words("Steps"), numeric: true, secondary: true },
      { title: words("Mode"), numeric: false, secondary: true },
    ],
    rows: shown.map((row) => [
      instances[steps.instance[row] as number]?.name ?? "",
      `${(steps.start[row] as number).toFixed(4)}\u00a0s`,
      duration((steps.end[row] as number) - (steps.start[row] as number)),
      whole(steps.promptTokens[row] as number),
      whole(steps.decodeSequences[row] as number),
      whole(steps.steps[row] as number),
      steps.sequenceMode[row] === 1 ? "SP" : "TP",
    ]),
    raw: {
      head: ["instance", "start_seconds", "end_seconds", "prompt_tokens", "decoding", "steps", "mode"],
      rows: () =>
        rows.map((row) => [
          instances[steps.instance[row] as number]?.name ?? "",
          steps.start[row] as number,
          steps.end[row] as number,
          steps.promptTokens[row] as number,
          steps.decodeSequences[row] as number,
          steps.steps[row] as number,
          steps.sequenceMode[row] === 1 ? "sequence" : "tensor",
        ]),
    },
  };
}
