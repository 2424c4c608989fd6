import { join } from "node:path";
import { mean } from "../statistics.ts";
import type { Metric, Suite, Table } from "../suite.ts";
import { percentErrors } from "./errors.ts";
import { caseOf } from "./open-loop-case.ts";
import { type MeanTimes, type OpenLoopExperiment, readOpenLoopExperiments } from "./open-loop-runs.ts";
import { predictedRun } from "./predicted-run.ts";

const table = "reference/vllm_open_loop_blis.json";
const times = { e2eMs: "E2E", itlMs: "ITL", ttftMs: "TTFT" } as const satisfies Record<keyof MeanTimes, string>;
const kinds = ["e2eMs", "itlMs", "ttftMs"] as const;

/** vLLM servers whose requests came at given rates, with shared system prompts. */
export const openLoop: Suite = {
  name: "open-loop",
  aliases: ["d"],
  title: "Open loop",
  files: [table],
  run(data, catalog) {
    const runs = readOpenLoopExperiments(join(data, table)).map((experiment): OpenLoopRun => {
      const { summary, reason = "" } = predictedRun(caseOf(experiment), catalog);
      const predicted = summary && {
        e2eMs: summary.e2eSeconds.mean * 1000,
        itlMs: summary.itlSeconds.mean * 1000,
        ttftMs: summary.ttftSeconds.mean * 1000,
      };
      return { experiment, predicted, reason };
    });
    return { metrics: metrics(runs), tables: [byRun(runs)], plots: [] };
  },
};

interface OpenLoopRun {
  readonly experiment: OpenLoopExperiment;
  readonly predicted: MeanTimes | undefined;
  readonly reason: string;
}

function metrics(runs: readonly OpenLoopRun[]): readonly Metric[] {
  const errors = (kind: keyof MeanTimes, of: (run: OpenLoopRun) => MeanTimes | undefined): readonly number[] =>
    percentErrors(runs.map((run) => ({ measured: run.experiment.measured[kind], predicted: of(run)?.[kind] })));
  return kinds.map((kind) => {
    const own = errors(kind, ({ predicted }) => predicted);
    return {
      name: `open loop, ${times[kind]}: mean error`,
      rows: own.length,
      value: mean(own),
      unit: "%",
      roofline: mean(errors(kind, ({ experiment }) => experiment.peers.get("blis-roofline"))),
      peer: mean(errors(kind, ({ experiment }) => experiment.peers.get("blis-evolved"))),
    };
  });
}

function byRun(runs: readonly OpenLoopRun[]): Table {
  const rows = runs.map(({ experiment, predicted, reason }) => [
    experiment.name,
    ...kinds.map((kind) => {
      const measured = experiment.measured[kind];
      const value = predicted?.[kind];
      return value === undefined ? reason : `${measured.toFixed(0)} / ${value.toFixed(0)} (${(100 * (value / measured - 1)).toFixed(0)} %)`;
    }),
  ]);
  return {
    title: "by run",
    note: "Means in ms, measured / predicted. The peer is BLIS with its trained coefficients, the roofline its own.",
    rows: [["", ...kinds.map((kind) => times[kind])], ...rows],
  };
}
