import { join } from "node:path";
import { groupedBy, mean, median, percentWhere } from "../statistics.ts";
import type { Metric, Suite, SuiteResult, Table } from "../suite.ts";
import { halfWidths, type LogError, logErrors } from "./band-widths.ts";
import { closedLoopTable } from "./closed-loop.ts";
import { type ClosedLoopRun, closedLoopRuns, modelFamily, type Time } from "./closed-loop-runs.ts";
import { percentErrors } from "./errors.ts";
import { type Constants, refitted, withConstants } from "./refit.ts";

/**
 * What a new model or GPU will see: engine constants and bands are fitted without a model, a GPU or an engine, and judged on it. Runs in
 * doubt are left out of both.
 */
export const leftOut: Suite = {
  name: "left-out",
  aliases: ["bands"],
  title: "Models, GPUs and engines left out of the fit",
  files: [closedLoopTable],
  run(data, catalog) {
    return leftOutOf(closedLoopRuns(join(data, closedLoopTable), catalog));
  },
};

/** The suite on runs that are predicted already. */
export function leftOutOf(all: readonly ClosedLoopRun[]): SuiteResult {
  const runs = withoutDoubt(all);
  const judged = kinds.map((kind) => ({ kind, folds: folds(runs, kind.key) }));
  return {
    metrics: judged.flatMap(({ kind, folds: made }) => metrics(kind.name, made)),
    tables: [...judged.map(({ kind, folds: made }) => table(kind.name, made)), whole(runs)],
    plots: [],
  };
}

export function withoutDoubt(all: readonly ClosedLoopRun[]): readonly ClosedLoopRun[] {
  return all.filter(({ row, times }) => times && row.doubt === undefined);
}

interface Kind {
  readonly name: string;
  readonly key: (run: ClosedLoopRun) => string;
}

const kinds: readonly Kind[] = [
  { name: "models", key: modelFamily },
  { name: "GPUs", key: ({ row }) => row.gpu },
  { name: "engines", key: ({ row }) => row.engine },
];

const times: readonly Time[] = ["tpotMs", "ttftMs"];

/** One group left out: its runs as shipped and by constants fitted on all others, and the bands learnt there. */
interface Fold {
  readonly name: string;
  readonly shipped: readonly ClosedLoopRun[];
  readonly refitted: readonly ClosedLoopRun[];
  readonly inside: Readonly<Record<Time, readonly boolean[]>>;
}

function folds(runs: readonly ClosedLoopRun[], key: Kind["key"]): readonly Fold[] {
  return [...groupedBy(runs, key)].map(([name, shipped]): Fold => {
    const others = runs.filter((run) => key(run) !== name);
    const fitted = fittedOn(others, shipped);
    const unseen = asUnseen(others);
    const inside = (time: Time): readonly boolean[] => {
      const widths = halfWidths(logErrors(unseen, time));
      return logErrors(fitted, time).map((error) => holds(error, widths));
    };
    return { name, shipped, refitted: fitted, inside: { tpotMs: inside("tpotMs"), ttftMs: inside("ttftMs") } };
  });
}

function fittedOn(known: readonly ClosedLoopRun[], runs: readonly ClosedLoopRun[]): readonly ClosedLoopRun[] {
  const constants = refitted(known);
  return runs.map((run) => withConstants(run, constants.get(run.row.engine)));
}

/** Every run as it is predicted by constants that its model had no part in: errors to expect of a new one. */
export function asUnseen(runs: readonly ClosedLoopRun[]): readonly ClosedLoopRun[] {
  return [...groupedBy(runs, modelFamily)].flatMap(([name, group]) =>
    fittedOn(
      runs.filter((run) => modelFamily(run) !== name),
      group,
    ),
  );
}

/** An engine of which nothing else is known has the widest band. */
function holds({ engine, size }: LogError, widths: ReadonlyMap<string, number>): boolean {
  return size <= (widths.get(engine) ?? Math.max(...widths.values()));
}

function errorsOf(runs: readonly ClosedLoopRun[], time: Time): readonly number[] {
  return percentErrors(runs.map((run) => ({ measured: run.row.measured[time], predicted: run.times?.[time] })));
}

const words = { tpotMs: "TPOT", ttftMs: "TTFT" } as const;

function metrics(name: string, made: readonly Fold[]): readonly Metric[] {
  return times.flatMap((time): Metric[] => {
    const errors = errorsOf(
      made.flatMap((fold) => fold.refitted),
      time,
    );
    const inside = made.flatMap((fold) => fold.inside[time]);
    const of = (figure: string, value: number): Metric => ({
      name: `left-out ${name}, ${words[time]}: ${figure}`,
      rows: errors.length,
      value,
      unit: "%",
    });
    return [
      of("median error", median(errors)),
      of("mean error", mean(errors)),
      of(
        "80 % band holds",
        percentWhere(inside, (held) => held),
      ),
    ];
  });
}

function table(name: string, made: readonly Fold[]): Table {
  const cell = (runs: readonly ClosedLoopRun[], time: Time): string => {
    const errors = errorsOf(runs, time);
    return `${median(errors).toFixed(0)} / ${mean(errors).toFixed(0)}`;
  };
  return {
    title: name,
    note: "Errors in percent, median / mean: as shipped, whose constants know all of them, and by constants fitted on the others; and how often the 80 % band that was learnt on the others holds what was measured.",
    rows: [
      ["left out", "rows", "TPOT shipped", "fitted without", "band holds", "TTFT shipped", "fitted without", "band holds"],
      ...made.map((fold) => [
        fold.name,
        fold.shipped.length,
        ...times.flatMap((time) => [
          cell(fold.shipped, time),
          cell(fold.refitted, time),
          `${percentWhere(fold.inside[time], (held) => held).toFixed(0)} %`,
        ]),
      ]),
    ],
  };
}

/** What a fit on all rows would change: how far the shipped constants are from it. */
function whole(runs: readonly ClosedLoopRun[]): Table {
  const rows = [...refitted(runs)].map(([engine, constants]) => [engine, ...changes(constants)]);
  return {
    title: "engine constants by a fit on all rows, against the shipped ones",
    note: "What would be added: microseconds a layer, a step and a sequence that the GPU is seen to wait, the share of exchanges, milliseconds a request.",
    rows: [["", "layer, µs", "step, µs", "sequence, µs", "exchanges, %", "request, ms"], ...rows],
  };
}

function changes({ layerMs, stepMs, sequenceMs, exchange, requestMs }: Constants): readonly string[] {
  return [1000 * layerMs, 1000 * stepMs, 1000 * sequenceMs, 100 * exchange, requestMs].map((value) => value.toFixed(1));
}
