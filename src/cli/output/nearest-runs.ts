import { duration, rate } from "../../catalog/quantity.ts";
import { plain } from "../../deployment/message.ts";
import type { AnsweredRun } from "../../simulation/measured-runs/answered-runs.ts";
import { runLoad, runTitle } from "../../simulation/measured-runs/run-words.ts";
import type { Terminal } from "../terminal.ts";
import { table } from "./table.ts";

export const noRunNear = "No measured run is near.";

/** Measured runs near the deployment, as `nearestRuns` of the JSON output; null where source or simulator has no such figure. */
export function nearestRunsJson(runs: readonly AnsweredRun[]) {
  return runs.map(({ run, distance, words, predicted }) => {
    const { setup, ttftSeconds, tpotSeconds, outputTokensPerSecond } = run;
    return {
      distance,
      words: words.map(plain),
      engine: setup.engine,
      engineVersion: setup.version,
      model: setup.model.id,
      gpu: setup.gpu.id,
      weightQuantization: setup.quantization,
      pools: setup.pools.map(({ role, instances, ...parallel }) => ({ role, instances, parallel })),
      promptTokens: run.promptTokens,
      outputTokens: run.outputTokens,
      concurrency: run.concurrency,
      ratePerSecond: run.ratePerSecond,
      measured: { ttftSeconds, tpotSeconds, outputTokensPerSecond },
      predicted: predicted.problem
        ? null
        : {
            ttftSeconds: predicted.ttftSeconds,
            tpotSeconds: predicted.tpotSeconds,
            outputTokensPerSecond: predicted.outputTokensPerSecond,
          },
      notPredicted: predicted.problem ? plain(predicted.problem) : null,
      source: setup.source,
    };
  });
}

/** One row a figure that was measured: its name, measured, what this build says, and how far off that is. */
export function figuresOf({ run, predicted }: AnsweredRun): readonly (readonly [string, string, string, string])[] {
  const row = (name: string, measured: number | null, said: number | undefined, words: (value: number) => string) =>
    measured === null
      ? []
      : [
          [
            name,
            words(measured),
            said === undefined ? "not predicted" : words(said),
            said === undefined ? "" : change(said / measured - 1),
          ] as const,
        ];
  const known = predicted.problem ? undefined : predicted;
  const perSecond = (value: number): string => rate(value, "tok/s");
  return [
    ...row("TTFT, mean", run.ttftSeconds, known?.ttftSeconds, duration),
    ...row("TPOT, mean", run.tpotSeconds, known?.tpotSeconds, duration),
    ...row("output", run.outputTokensPerSecond, known?.outputTokensPerSecond, perSecond),
  ];
}

/** `+8 %`, `−12 %`. */
function change(relative: number): string {
  const points = Math.round(relative * 100);
  return `${points > 0 ? "+" : points < 0 ? "\u2212" : ""}${Math.abs(points)} %`;
}

/** The runs for people: what each is and how it differs, measured beside predicted, and where it was published. */
export function nearestRunsText(runs: readonly AnsweredRun[], paint: Terminal["paint"]): string {
  if (runs.length === 0) return `  ${noRunNear}\n\n`;
  const one = (answered: AnsweredRun): string => {
    const { run, words, predicted } = answered;
    return [
      `    ${paint("bold", runTitle(run))}\n`,
      `    ${plain(runLoad(run))}: ${words.map(plain).join(", ")}\n`,
      table(figuresOf(answered), { head: ["", "measured", "this build", ""], right: [1, 2, 3], indent: 6 }),
      predicted.problem ? `      ${plain(predicted.problem)}\n` : "",
      `      ${paint("dim", run.setup.source)}\n`,
    ].join("");
  };
  return `  Nearest measured runs\n${runs.map(one).join("\n")}\n`;
}
