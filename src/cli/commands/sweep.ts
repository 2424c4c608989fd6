import { type Command, Option } from "commander";
import type { Slo } from "../../deployment/deployment.ts";
import { plain } from "../../deployment/message.ts";
import type { DeploymentAnalysis } from "../../language/results.ts";
import { carriedOut, type PlannedRun, simulated } from "../../planning/plan.ts";
import type { Sweep } from "../../planning/sweep.ts";
import { type SweepKind, sweepKinds, sweepPlan } from "../../planning/sweeps.ts";
import type { Outcome } from "../../simulation/report/report.ts";
import { missingError } from "../cases.ts";
import type { Exit } from "../exit.ts";
import { type CommonOptions, countOption, formatOption, sloOption, withCommonOptions } from "../input/common-options.ts";
import { readSubjects, type Subject } from "../input/subjects.ts";
import { chosenWorkload, type WorkloadOptions, withWorkloadOptions } from "../input/workload-options.ts";
import { sweepCsv, sweepJson } from "../output/sweep-json.ts";
import { sweepText } from "../output/sweep-text.ts";
import { withProgress } from "../progress.ts";
import { refusedOf } from "../refused.ts";
import type { Run } from "../run.ts";
import type { Session } from "../session.ts";
import { startingRate } from "../starting-rate.ts";
import { exitFor, type NamedOutcome, tellOutcomes } from "./outcomes.ts";

interface SweepOptions extends CommonOptions, WorkloadOptions {
  readonly kind: SweepKind;
  readonly points: number;
  readonly seed: number;
  readonly slo?: Slo;
  readonly format: "text" | "json" | "csv";
}

type SweptOutcome = NamedOutcome & { readonly sweep?: Sweep };

export function addSweep(program: Command, run: Run): void {
  const command = program
    .command("sweep")
    .description("simulate a deployment over one thing that could be otherwise")
    .argument("[path...]", "files, - for stdin")
    .addOption(new Option("--kind <kind>", "what is varied").choices(sweepKinds).default("rate"))
    .option("--points <n>", "about how many simulations", countOption(2), 12)
    .addOption(formatOption("text", "json", "csv"))
    .option("--seed <n>", "seed of all that is drawn; every point draws the same", countOption(0), 1)
    .option("--slo <limits>", "limits such as ttft=500ms,tpot=50ms (and e2e=…, percentile=95)", sloOption);
  withWorkloadOptions(withCommonOptions(command)).action((paths: string[], options: SweepOptions) =>
    run(options, (session) => sweepCommand(paths, options, session)),
  );
}

async function sweepCommand(paths: readonly string[], options: SweepOptions, session: Session): Promise<Exit> {
  const { subjects, unreadable } = await readSubjects(paths, options, session);
  const outcomes = subjects.flatMap((subject) => subject.analysis.deployments.map((one) => outcomeOf(subject, one, options, session)));
  const { format } = options;
  if (format === "csv") {
    for (const { name, error } of outcomes) if (error) session.terminal.fail(`${name}: ${error.message}`);
    session.terminal.write(sweepCsv(outcomes.flatMap(({ name, sweep }) => (sweep ? [{ name, sweep }] : []))));
  } else tellOutcomes(outcomes, format, subjects, session);
  return exitFor(outcomes, unreadable || outcomes.length === 0);
}

function outcomeOf(
  { catalog, workloads }: Subject,
  { deployment: read, settlement, settled: asRead, memory, findings }: DeploymentAnalysis,
  options: SweepOptions,
  { terminal }: Session,
): SweptOutcome {
  const name = read.id;
  if (!asRead) return { name, error: missingError(settlement.missing ?? []) };
  const refused = refusedOf(memory, findings);
  if (refused) return { name, error: refused };
  const deployment = options.slo ? { ...read, slo: { value: options.slo, origin: "argument" as const } } : read;
  const settled = options.slo ? { ...asRead, slo: options.slo } : asRead;
  const startRate = (): number => startingRate(settled, memory, catalog);
  const loaded = chosenWorkload(options, settled.workload, { catalog, own: workloads, folder: process.cwd(), startRate });
  if (!loaded.workload) return { name, error: { code: "bad-workload", message: loaded.problem } };
  for (const note of loaded.notes) terminal.tell(plain(note));
  const { kind, points, seed } = options;
  const plan = sweepPlan(kind, { deployment, settled, catalog, workload: loaded.workload, seed, points });
  let runs = 0;
  const run = (planned: PlannedRun): Outcome => withProgress(`${name}, run ${++runs}`, terminal, (control) => simulated(planned, control));
  const result = carriedOut(plan, run);
  if ("problem" in result) return { name, error: { code: "unsupported", message: `${plain(result.problem)}.` } };
  return { name, sweep: result, json: sweepJson(kind, result), text: () => sweepText(name, result, terminal.paint) };
}
