import { join } from "node:path";
import { groupedBy, mean, quantile } from "../statistics.ts";
import type { Metric, Suite, Table } from "../suite.ts";
import { closedLoopTable } from "./closed-loop.ts";
import type { Times } from "./closed-loop-rows.ts";
import { type ClosedLoopRun, closedLoopRuns, ours, type Predictor, peer, roofline } from "./closed-loop-runs.ts";

/** Fewer configurations are no choice. */
const leastConfigurations = 6;
/** Limits of TPOT by the share of a group's measured configurations that keep them. */
const limitShares = [0.25, 0.5, 0.75] as const;

/** Whether the configuration that is predicted to be the best is: most tokens a second and GPU among those that keep a limit of TPOT. Runs in doubt are no choices. */
export const choosing: Suite = {
  name: "choosing",
  aliases: ["g"],
  title: "Choosing a configuration",
  files: [closedLoopTable],
  run(data, catalog) {
    const runs = closedLoopRuns(join(data, closedLoopTable), catalog).filter(
      ({ row }) => row.measured.tpotMs > 0 && row.doubt === undefined,
    );
    const groups = [...groupedBy(runs, groupName)].filter(([, group]) => group.length >= leastConfigurations);
    return { metrics: metrics(groups), tables: [table(groups)], plots: [] };
  },
};

type Group = readonly [name: string, runs: readonly ClosedLoopRun[]];

function groupName({ row }: ClosedLoopRun): string {
  return [row.model, row.gpu, `${row.promptTokens} in, ${row.outputTokens} out`].join(" · ");
}

interface Choice {
  /** Share of the best measured rate that is lost by the chosen one; 0 where it is the best or beyond. */
  readonly loss: number;
  readonly missesLimit: boolean;
}

function metrics(groups: readonly Group[]): readonly Metric[] {
  const of = (predictor: Predictor) => groups.flatMap(([, runs]) => choices(runs, predictor));
  const loss = (predictor: Predictor): number => 100 * mean(of(predictor).map((choice) => choice.loss));
  const missed = (predictor: Predictor): number => 100 * mean(of(predictor).map(({ missesLimit }) => Number(missesLimit)));
  const figure = (name: string, value: (predictor: Predictor) => number): Metric => ({
    name: `choosing: ${name}`,
    rows: of(ours).length,
    value: value(ours),
    unit: "%",
    roofline: value(roofline),
    peer: value(peer),
  });
  return [figure("loss against the best measured configuration", loss), figure("TPOT limit missed", missed)];
}

function choices(runs: readonly ClosedLoopRun[], predictor: Predictor): readonly Choice[] {
  const known = runs.flatMap((run) => {
    const predicted = predictor(run);
    return predicted ? [{ run, predicted }] : [];
  });
  if (known.length < leastConfigurations) return [];
  return limitShares.flatMap((share): Choice[] => {
    const limitMs = quantile(
      known.map(({ run }) => run.row.measured.tpotMs),
      share,
    );
    const best = Math.max(...known.map(({ run }) => (run.row.measured.tpotMs <= limitMs ? rate(run, run.row.measured) : 0)));
    const keeping = known.filter(({ predicted }) => predicted.tpotMs <= limitMs);
    // Where nothing is said to keep the limit, the quickest is taken.
    const [chosen] =
      keeping.length > 0
        ? keeping.sort((a, b) => rate(b.run, b.predicted) - rate(a.run, a.predicted))
        : [...known].sort((a, b) => a.predicted.tpotMs - b.predicted.tpotMs);
    if (!chosen) return [];
    const { run } = chosen;
    return [{ loss: Math.max(0, 1 - rate(run, run.row.measured) / best), missesLimit: run.row.measured.tpotMs > limitMs * 1.005 }];
  });
}

/** Output tokens a second and GPU of users that each wait for their answer. */
function rate({ row }: ClosedLoopRun, { ttftMs, tpotMs }: Times): number {
  const { concurrency, outputTokens, tensor, pipeline, attentionData } = row;
  const answerMs = ttftMs + (outputTokens - 1) * tpotMs;
  return (concurrency * outputTokens) / answerMs / (tensor * pipeline * attentionData);
}

function table(groups: readonly Group[]): Table {
  const cell = (runs: readonly ClosedLoopRun[], predictor: Predictor): string => {
    const made = choices(runs, predictor);
    if (made.length === 0) return "";
    return `${(100 * mean(made.map(({ loss }) => loss))).toFixed(0)} %, ${made.filter(({ missesLimit }) => missesLimit).length} of ${made.length}`;
  };
  return {
    title: "by model, GPU and lengths",
    note: "Mean loss, and how many limits the chosen configuration misses: those that a quarter, half and three quarters of the group's configurations keep.",
    rows: [
      ["", "configurations", "ours", "peer"],
      ...groups.map(([name, runs]) => [name, runs.length, cell(runs, ours), cell(runs, peer)]),
    ],
  };
}
