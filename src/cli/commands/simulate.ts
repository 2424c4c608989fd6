import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { duration } from "../../catalog/quantity.ts";
import type { Slo } from "../../deployment/deployment.ts";
import { plain } from "../../deployment/message.ts";
import type { DeploymentAnalysis } from "../../language/results.ts";
import { reason } from "../../platform/text-files.ts";
import { answeredRuns } from "../../simulation/measured-runs/answered-runs.ts";
import type { Report } from "../../simulation/report/report.ts";
import { requestsCsv } from "../../simulation/report/requests-csv.ts";
import { simulate } from "../../simulation/simulate.ts";
import type { Timeline } from "../../simulation/timeline/timeline.ts";
import { TimelineLog } from "../../simulation/timeline/timeline-log.ts";
import { traceEvents } from "../../simulation/timeline/trace-events.ts";
import { adviceFor } from "../advising.ts";
import { bandsFor } from "../banded.ts";
import { answerCases, missingError, type ReadyCase } from "../cases.ts";
import { type Exit, usage } from "../exit.ts";
import { type CommonOptions, countOption, formatOption, sloOption, withCommonOptions } from "../input/common-options.ts";
import { readSubjects, type Subject } from "../input/subjects.ts";
import { chosenWorkload, type WorkloadOptions, withWorkloadOptions, writtenWorkload } from "../input/workload-options.ts";
import { adviceJson } from "../output/advice-words.ts";
import { nearestRunsJson } from "../output/nearest-runs.ts";
import { reportHtml } from "../output/report-html.ts";
import { reportJson } from "../output/report-json.ts";
import { reportMarkdown } from "../output/report-markdown.ts";
import { type Evidence, reportText } from "../output/report-text.ts";
import { withProgress } from "../progress.ts";
import { refusedOf } from "../refused.ts";
import type { Run } from "../run.ts";
import type { Session } from "../session.ts";
import { startingRate } from "../starting-rate.ts";
import { refuseBoth } from "./cases-option.ts";
import { exitFor, type NamedOutcome, tellOutcomes } from "./outcomes.ts";
import { simulateBench } from "./simulate-bench.ts";

interface SimulateOptions extends CommonOptions, WorkloadOptions {
  readonly format: "text" | "json" | "markdown";
  readonly cases?: string;
  readonly seed: number;
  readonly slo?: Slo;
  readonly report?: string;
  readonly requestsOut?: string;
  readonly timelineOut?: string;
  /** undefined = for paths, not for cases. */
  readonly bands?: boolean;
  readonly advise?: boolean;
  readonly bench?: readonly string[];
  readonly calibrate?: boolean;
}

type SimulatedOutcome = NamedOutcome & { readonly simulated?: Simulated };

interface Simulated {
  readonly report: Report;
  readonly evidence: Evidence;
  /** Where its trace is asked for. */
  readonly timeline?: Timeline;
}

export function addSimulate(program: Command, run: Run): void {
  const command = program
    .command("simulate")
    .description("simulate how a deployment serves a workload")
    .argument("[path...]", "files, - for stdin")
    .option("--cases <file>", "cases, one JSON object a line, - for stdin; one answer a line")
    .addOption(formatOption("text", "json", "markdown"))
    .option("--seed <n>", "seed of all that is drawn; the same seed gives the same result", countOption(0), 1)
    .option("--slo <limits>", "limits such as ttft=500ms,tpot=50ms (and e2e=…, percentile=95)", sloOption)
    .option("--bench <file...>", "results of a load generator, several for several loads, laid beside the simulation of the same loads")
    .option(
      "--calibrate",
      "keep the correction that explains them in .inference-lens/calibrations, to be used while what it depends on stays",
    )
    .option("--report <file>", "write the report as a page of its own")
    .option("--requests-out <file>", "write each request's times as CSV")
    .option("--timeline-out <file>", "write steps, transfers and requests as a trace for Perfetto")
    .option("--bands", "80 % bands of the figures, from four further runs; paths have them, cases where asked")
    .option("--no-bands", "without bands")
    .option("--advise", "try changes of the file and tell which would help most, each simulated on the same load and seed");
  withWorkloadOptions(withCommonOptions(command)).action((paths: string[], options: SimulateOptions) =>
    run(options, (session) => simulateCommand(paths, options, session)),
  );
}

async function simulateCommand(paths: readonly string[], options: SimulateOptions, session: Session): Promise<Exit> {
  const writes = [options.report, options.requestsOut, options.timelineOut].some((path) => path !== undefined);
  if (options.cases !== undefined) {
    refuseBoth(paths, session);
    if (writes) throw usage("--report, --requests-out and --timeline-out are for one deployment, not for cases.");
    if (options.bench) throw usage("--bench is of one deployment, not of cases.");
    if (options.advise) throw usage("--advise tries changes of a file; a case has no text to change.");
    return answerCases(options.cases, options, session, (ready) => simulateCase(ready, { bands: options.bands ?? false }));
  }
  if (options.calibrate && options.bench === undefined) throw usage("--calibrate needs --bench FILE: it keeps what a benchmark measured.");
  const { subjects, unreadable } = await readSubjects(paths, options, session);
  if (options.bench !== undefined) {
    if (writes) throw usage("--report, --requests-out and --timeline-out are of one load; --bench simulates those of its files.");
    const { format } = options;
    if (format === "markdown") throw usage("--format markdown is of a report; --bench prints text or JSON.");
    return simulateBench(options.bench, subjects, { ...options, format }, session);
  }
  const found = subjects.flatMap((subject) => subject.analysis.deployments.map((one) => ({ subject, one })));
  if (writes && found.length > 1) {
    throw usage(
      `${found.length} deployments were found; choose one with --deployment to write its report: ${found.map(({ one }) => one.deployment.id).join(", ")}.`,
    );
  }
  const outcomes = found.map(({ subject, one }) => outcomeOf(subject, one, options, session));
  for (const { simulated } of outcomes) if (simulated) writeFiles(simulated, options, session);
  tellOutcomes(outcomes, options.format, subjects, session);
  return exitFor(outcomes, unreadable || outcomes.length === 0);
}

function outcomeOf(subject: Subject, analysis: DeploymentAnalysis, options: SimulateOptions, { terminal }: Session): SimulatedOutcome {
  const { catalog, workloads } = subject;
  const { deployment, settlement, settled: asRead, memory, findings } = analysis;
  const name = deployment.id;
  if (!asRead) return { name, error: missingError(settlement.missing ?? []) };
  const refused = refusedOf(memory, findings);
  if (refused) return { name, error: refused };
  const settled = options.slo ? { ...asRead, slo: options.slo } : asRead;
  const startRate = (): number => startingRate(settled, memory, catalog);
  const loaded = chosenWorkload(options, settled.workload, { catalog, own: workloads, folder: process.cwd(), startRate });
  if (!loaded.workload) return { name, error: { code: "bad-workload", message: loaded.problem } };
  const { workload, notes } = loaded;
  for (const note of notes) terminal.tell(plain(note));
  const log = options.timelineOut === undefined ? undefined : new TimelineLog();
  const outcome = withProgress(name, terminal, (control) =>
    simulate(settled, memory, workload, options.seed, log ? { ...control, timeline: log } : control),
  );
  if (outcome.error) return { name, error: outcome.error };
  const { report } = outcome;
  const bands = (options.bands ?? true) ? bandsFor(report, settled, memory, workload) : null;
  const advice = options.advise ? adviceFor(subject, analysis, settled, report, workload) : null;
  const evidence: Evidence = { bands, nearest: answeredRuns(settled, report, catalog), advice };
  return {
    name,
    simulated: { report, evidence, ...(log ? { timeline: log.taken() } : {}) },
    json: {
      ...reportJson(report, bands),
      nearestRuns: nearestRunsJson(evidence.nearest),
      ...(advice ? { advice: adviceJson(advice) } : {}),
    },
    text: () => (options.format === "markdown" ? reportMarkdown(report, evidence) : reportText(report, evidence, terminal.paint)),
  };
}

export interface CaseDepth {
  /** Four further runs. */
  readonly bands: boolean;
}

/** What `simulate --cases` answers to one case. */
export function simulateCase(ready: ReadyCase, depth: CaseDepth = { bands: false }) {
  const { settled, missing, plans, findings, workload: written, seed, folder, catalog } = ready;
  if (!settled) return { error: missingError(missing) };
  const refused = refusedOf(plans, findings);
  if (refused) return { error: refused };
  if (!written) return { error: { code: "missing", message: "The case has no workload." } };
  const startRate = (): number => startingRate(settled, plans, catalog);
  const loaded = writtenWorkload(written, { catalog, own: new Map(), folder, startRate });
  if (!loaded.workload) return { error: { code: "bad-workload", message: loaded.problem } };
  const outcome = simulate(settled, plans, loaded.workload, seed);
  if (outcome.error) return { error: outcome.error };
  const bands = depth.bands ? bandsFor(outcome.report, settled, plans, loaded.workload) : null;
  const answer = reportJson(outcome.report, bands);
  return { ...answer, warnings: [...loaded.notes.map(plain), ...answer.warnings] };
}

function writeFiles(
  { report, evidence, timeline }: Simulated,
  { report: page, requestsOut, timelineOut }: SimulateOptions,
  { terminal }: Session,
): void {
  if (page !== undefined) write(page, reportHtml(report, evidence));
  if (requestsOut !== undefined) write(requestsOut, requestsCsv(report));
  if (timelineOut !== undefined && timeline) {
    if (timeline.to < timeline.end)
      terminal.tell(`The trace covers the first ${duration(timeline.to)} of ${duration(timeline.end)}: it is full.`);
    write(timelineOut, [...traceEvents(timeline, report.requests)].join(""));
  }
  for (const path of [page, requestsOut, timelineOut]) if (path !== undefined) terminal.tell(`Wrote ${path}`);
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw usage(`${path} cannot be written: ${reason(error)}`);
  }
}
