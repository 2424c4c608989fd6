import { percent } from "../../catalog/quantity.ts";
import { plain } from "../../deployment/message.ts";
import type { AnsweredRun } from "../../simulation/measured-runs/answered-runs.ts";
import { runLoad, runTitle } from "../../simulation/measured-runs/run-words.ts";
import type { Report } from "../../simulation/report/report.ts";
import { plainPaint } from "../terminal.ts";
import { anatomyHead, anatomyRows, anatomyTitle, basisLine } from "./anatomy.ts";
import { bandHead } from "./band-words.ts";
import { figuresOf, noRunNear } from "./nearest-runs.ts";
import { warningsOf } from "./report-json.ts";
import { type Evidence, figureRows, latencyRows, verdictWords, workloadWords } from "./report-text.ts";

/** The report for a pull request or a wiki: the same figures as the terminal's. */
export function reportMarkdown(report: Report, { bands, nearest }: Evidence): string {
  const { name, gpus, gpuName, layout, engine, workload, bottleneck, confidence, assumed, seed } = report;
  const notes = [...warningsOf(report), ...assumed.map(({ what, value, why }) => `Assumed: ${what} = ${value}, ${plain(why)}`)];
  const parts = [
    `# ${escaped(name)}`,
    escaped(`${engine}, ${layout}, ${gpus} × ${gpuName}. ${workloadWords(workload)}.`),
    `**${escaped(verdictWords(report, bands, plainPaint))}** ${escaped(bottleneck.sentence)}`,
    ...(report.saturated
      ? []
      : ["## Latency", table(["", "mean", "p50", "p90", "p95", "p99", ...(bands ? bandHead : [])], latencyRows(report.summary, bands))]),
    "## Figures",
    table(["", ""], figureRows(report, bands)),
    ...(report.anatomy.length > 0 ? ["## What a step is made of"] : []),
    ...report.anatomy.flatMap((step) => [escaped(anatomyTitle(step)), table(anatomyHead, anatomyRows(step.operators, step.peaks))]),
    "## How sure this is",
    escaped(`Timing ${confidence.timing}, ± ${percent(confidence.timingBand)}; memory ${confidence.memory}; seed ${seed}.`),
    ...(report.anatomy.length > 0 ? [escaped(basisLine(report.anatomy))] : []),
    ...(notes.length > 0 ? [notes.map((note) => `- ${escaped(note)}`).join("\n")] : []),
    "## Nearest measured runs",
    ...(nearest.length > 0 ? nearest.flatMap(nearRun) : [noRunNear]),
  ];
  return `${parts.join("\n\n")}\n`;
}

function nearRun(answered: AnsweredRun): readonly string[] {
  const { run, words, predicted } = answered;
  return [
    `**${escaped(runTitle(run))}**  \n${escaped(`${plain(runLoad(run))}: ${words.map(plain).join(", ")}`)}`,
    table(["mean", "measured", "this build", "off by"], figuresOf(answered)),
    escaped([...(predicted.problem ? [plain(predicted.problem)] : []), `Source: ${run.setup.source}`].join(" ")),
  ];
}

/** The first column left, numbers right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(" | ")} |`;
  return [line(head), `| ${head.map((_, i) => (i === 0 ? ":--" : "--:")).join(" | ")} |`, ...rows.map(line)].join("\n");
}

/** Names from a file must not become markup. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|~]/g, "\\$&").replace(/\s+/g, " ");
}
