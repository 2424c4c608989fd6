import type { Command } from "commander";
import { answerCases, missingError, type ReadyCase } from "../cases.ts";
import { type Exit, exits, usage } from "../exit.ts";
import { type CommonOptions, formatOption, withCommonOptions } from "../input/common-options.ts";
import { readSubjects, type Subject } from "../input/subjects.ts";
import { inspectJson } from "../output/inspect-json.ts";
import { inspectText } from "../output/inspect-text.ts";
import type { Run } from "../run.ts";
import type { Session } from "../session.ts";
import { refuseBoth } from "./cases-option.ts";
import { inspectLog } from "./inspect-log.ts";

interface InspectOptions extends CommonOptions {
  readonly format: "text" | "json";
  readonly cases?: string;
  readonly log?: string;
  readonly calibrate?: boolean;
}

export function addInspect(program: Command, run: Run): void {
  const command = program
    .command("inspect")
    .description("say what was understood: values with where they come from, and the memory of each GPU")
    .argument("[path...]", "files, folders (recursive), - for stdin")
    .option("--cases <file>", "cases, one JSON object a line, - for stdin; one answer a line")
    .option("--log <file>", "the engine's start-up log, laid beside the prediction of the one deployment")
    .option("--calibrate", "keep the log's figures in .inference-lens/calibrations, to be used while what they depend on stays")
    .addOption(formatOption("text", "json"));
  withCommonOptions(command).action((paths: string[], options: InspectOptions) =>
    run(options, (session) => inspect(paths, options, session)),
  );
}

async function inspect(paths: readonly string[], options: InspectOptions, session: Session): Promise<Exit> {
  if (options.cases !== undefined) {
    refuseBoth(paths, session);
    return answerCases(options.cases, options, session, inspectCase);
  }
  if (options.calibrate && options.log === undefined) throw usage("--calibrate needs --log FILE: it keeps what the log measured.");
  const { subjects, unreadable } = await readSubjects(paths, options, session);
  const shown = subjects.filter(({ input, analysis }) => input.named || analysis.formats.length > 0);
  if (options.log !== undefined) return inspectLog(options.log, shown, options, session);
  session.terminal.write(options.format === "json" ? `${JSON.stringify(filesJson(shown))}\n` : filesText(shown, session));
  return unreadable ? exits.unusable : exits.ok;
}

/** What `inspect --cases` answers to one case. */
export function inspectCase({ deployment, settled, missing, plans, findings, catalog }: ReadyCase) {
  const settlement = settled ? { settled } : { missing };
  const { memory, ...told } = inspectJson({ deployment, settlement, settled, memory: plans }, catalog);
  if (!memory) return { error: missingError(missing) };
  return {
    memory,
    deployment: told,
    findings,
    confidence: { memory: memory.confidence },
    warnings: told.assumed.map(({ what, value }) => `Assumed: ${what} = ${value}.`),
  };
}

function filesJson(subjects: readonly Subject[]) {
  return {
    version: 1,
    files: subjects.map(({ input, analysis, catalog }) => ({
      path: input.path,
      formats: analysis.formats,
      deployments: analysis.deployments.map((one) => inspectJson(one, catalog)),
    })),
  };
}

function filesText(subjects: readonly Subject[], { terminal: { paint } }: Session): string {
  return subjects
    .map(({ input, analysis, catalog }) => {
      if (analysis.deployments.length === 0) return `${input.path}: no deployment found\n`;
      const parts = analysis.deployments.map((one) => inspectText(one, inspectJson(one, catalog), paint));
      return `${paint("underline", input.path)}\n${parts.join("\n")}`;
    })
    .join("\n");
}
