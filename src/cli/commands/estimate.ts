import type { Command } from "commander";
import type { Settled } from "../../deployment/settled.ts";
import { missingRoleWords } from "../../simulation/report/layout-words.ts";
import { running } from "../../simulation/report/served.ts";
import { answerCases, type CaseError, missingError, type ReadyCase } from "../cases.ts";
import { estimated } from "../estimating.ts";
import type { Exit } from "../exit.ts";
import { type CommonOptions, formatOption, withCommonOptions } from "../input/common-options.ts";
import { readSubjects } from "../input/subjects.ts";
import { type WorkloadOptions, withWorkloadOptions } from "../input/workload-options.ts";
import { estimateJson } from "../output/estimate-json.ts";
import { estimateText } from "../output/estimate-text.ts";
import { refusedOf } from "../refused.ts";
import type { Run } from "../run.ts";
import type { Session } from "../session.ts";
import { lengthsUnder, lengthsWritten } from "../workload-lengths.ts";
import { refuseBoth } from "./cases-option.ts";
import { exitFor, type NamedOutcome, tellOutcomes } from "./outcomes.ts";

interface EstimateOptions extends CommonOptions, WorkloadOptions {
  readonly format: "text" | "json";
  readonly cases?: string;
}

export function addEstimate(program: Command, run: Run): void {
  const command = program
    .command("estimate")
    .description("closed form, without a simulation: step time, TTFT, TPOT, throughput, largest batch")
    .argument("[path...]", "files, - for stdin")
    .option("--cases <file>", "cases, one JSON object a line, - for stdin; one answer a line")
    .addOption(formatOption("text", "json"));
  withWorkloadOptions(withCommonOptions(command)).action((paths: string[], options: EstimateOptions) =>
    run(options, (session) => estimate(paths, options, session)),
  );
}

async function estimate(paths: readonly string[], options: EstimateOptions, session: Session): Promise<Exit> {
  if (options.cases !== undefined) {
    refuseBoth(paths, session);
    return answerCases(options.cases, options, session, estimateCase);
  }
  const { subjects, unreadable } = await readSubjects(paths, options, session);
  const outcomes = subjects.flatMap((subject) =>
    subject.analysis.deployments.map(({ deployment, settlement, settled, memory, findings }): NamedOutcome => {
      const name = deployment.id;
      if (!settled) return { name, error: missingError(settlement.missing ?? []) };
      const refused = refusedOf(memory, findings) ?? halfOf(settled);
      if (refused) return { name, error: refused };
      const lengths = lengthsUnder(options, settled, subject);
      if (typeof lengths === "string") return { name, error: { code: "bad-workload", message: lengths } };
      const run = running(settled, memory);
      if (run.error) return { name, error: run.error };
      const unfit = refusedOf(run.plans, []);
      if (unfit) return { name, error: unfit };
      const made = estimated(run.settled, run.plans, lengths);
      return {
        name,
        json: estimateJson(made, run.settled, run.plans),
        text: () => estimateText(name, made, run.settled, session.terminal.paint),
      };
    }),
  );
  tellOutcomes(outcomes, options.format, subjects, session);
  return exitFor(outcomes, unreadable || outcomes.length === 0);
}

/** What `estimate --cases` answers to one case. */
export function estimateCase({ settled, missing, plans, findings, workload, seed, folder, catalog }: ReadyCase) {
  if (!settled) return { error: missingError(missing) };
  const refused = refusedOf(plans, findings) ?? halfOf(settled);
  if (refused) return { error: refused };
  const lengths = lengthsWritten(workload, settled, { catalog, folder, seed });
  if (typeof lengths === "string") return { error: { code: "bad-workload", message: lengths } };
  const run = running(settled, plans);
  const unserved = run.error ?? refusedOf(run.plans, []);
  if (run.error || unserved) return { error: unserved };
  return estimateJson(estimated(run.settled, run.plans, lengths), run.settled, run.plans);
}

function halfOf(settled: Settled): CaseError | undefined {
  const message = missingRoleWords(settled);
  return message === undefined ? undefined : { code: "missing", message };
}
