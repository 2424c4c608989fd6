import type { ModeTime, Report } from "../../src/simulation/report/report.ts";
import type { Operator } from "../../src/timing/step-model.ts";
import type { Bar, TableModel } from "../parts/models.ts";
import { duration, share, whole } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";

const operators = (): readonly { readonly id: Operator; readonly name: string; readonly series: number }[] => [
  { id: "matrix", name: words("Matrix products"), series: 1 },
  { id: "decode-attention", name: words("Decode attention"), series: 3 },
  { id: "prefill-attention", name: words("Prefill attention"), series: 5 },
  { id: "collectives", name: words("Collectives"), series: 2 },
  { id: "host", name: words("Host and sampling"), series: 6 },
];

const total = (modes: readonly ModeTime[]): number => modes.reduce((sum, { seconds }) => sum + seconds, 0);

/** One bar a mode, all on the longest mode's scale. */
export function stepTimeBars({ modes }: Report): Bar[] {
  const used = modes.filter(({ steps }) => steps > 0);
  const all = total(used);
  const scale = Math.max(...used.map(({ seconds }) => seconds), 1e-12);
  return used.map((mode) => ({
    title: mode.label,
    note: words("{0} steps, {1} each", whole(mode.steps), duration(mode.seconds / mode.steps)),
    right: duration(mode.seconds),
    rightNote: share(mode.seconds / all),
    scale,
    segments: operators().map(({ id, name, series }) => ({
      name,
      series,
      value: mode.byOperator[id],
      text: share(mode.byOperator[id] / mode.seconds),
    })),
    budget: null,
    end: null,
    aria: words(
      "{0}: {1}",
      mode.label,
      operators()
        .map(({ id, name }) => `${name} ${share(mode.byOperator[id] / mode.seconds)}`)
        .join(", "),
    ),
  }));
}

/** Time and share of each operator, and what it takes in one step of each mode. */
export function stepTimeTable({ modes }: Report): TableModel {
  const used = modes.filter(({ steps }) => steps > 0);
  const all = total(used);
  const seconds = (id: Operator) => used.reduce((sum, mode) => sum + mode.byOperator[id], 0);
  return {
    name: words("Where step time goes"),
    columns: [
      { title: words("Operator"), numeric: false },
      { title: words("Time"), numeric: true },
      { title: words("Share"), numeric: true },
      ...used.map(({ label }) => ({ title: words("A {0} step", label), numeric: true, secondary: true })),
    ],
    swatches: operators(),
    rows: operators().map(({ id, name }) => [
      name,
      duration(seconds(id)),
      share(seconds(id) / all),
      ...used.map((mode) => duration(mode.byOperator[id] / mode.steps)),
    ]),
    raw: {
      head: ["operator", "seconds", "share", ...used.map(({ label }) => `seconds a step ${label}`)],
      rows: () =>
        operators().map(({ id, name }) => [name, seconds(id), seconds(id) / all, ...used.map((mode) => mode.byOperator[id] / mode.steps)]),
    },
  };
}
