import type { Catalog } from "../../catalog/catalog.ts";
import { plain } from "../../deployment/message.ts";
import { readCommand } from "../../deployment/read-command.ts";
import type { Assumptions, SurroundingsProblem } from "../../deployment/surroundings.ts";
import { emptyRange } from "../../deployment/text.ts";
import { analyse, analyseReading } from "../../language/analysis.ts";
import type { Analysis, DeploymentAnalysis } from "../../language/results.ts";
import type { Workload } from "../../simulation/workload/workload.ts";
import { usage } from "../exit.ts";
import type { Session } from "../session.ts";
import { argumentAssumptions, type CommonOptions, likeNames } from "./common-options.ts";
import { type Input, readInputs } from "./read-inputs.ts";

/** One file with all that follows from it. */
export interface Subject {
  readonly input: Input;
  readonly analysis: Analysis;
  /** The same analysis of another text, to try a fix. */
  readonly again: (text: string) => Analysis;
  /** The catalogue with the project's own GPUs and workloads. */
  readonly catalog: Catalog;
  readonly workloads: ReadonlyMap<string, Workload>;
  /** What is wrong with the project's own files. */
  readonly outside: readonly SurroundingsProblem[];
}

export interface Subjects {
  readonly subjects: readonly Subject[];
  readonly unreadable: boolean;
}

/** What `gatherSubjects` reads; what is wrong with the project's own files is told beside the results. */
export async function readSubjects(
  paths: readonly string[],
  options: CommonOptions,
  session: Session,
  further: Assumptions = {},
): Promise<Subjects> {
  const gathered = await gatherSubjects(paths, options, session, further);
  const told = new Set(gathered.subjects.flatMap(({ outside }) => outside.map(problemWords)));
  for (const words of told) session.terminal.tell(words);
  return gathered;
}

/** Reads and analyses what was named, with its surroundings and the arguments. Throws CliError where nothing of that name is there. */
export async function gatherSubjects(
  paths: readonly string[],
  options: CommonOptions,
  session: Session,
  further: Assumptions = {},
): Promise<Subjects> {
  const { inputs, unreadable } = await readInputs(paths, session);
  const subjects = inputs.map((input) => {
    const found = session.files.find(input.place);
    const { catalog, workloads, problems } = found;
    const surroundings = { ...found.surroundings, argument: { ...argumentAssumptions(options, catalog), ...further } };
    const again = (text: string): Analysis =>
      input.kind === "command"
        ? analyseReading(readCommand(text, { catalog, surroundings }), catalog)
        : analyse(text, { catalog, surroundings, fileName: input.path });
    return { input, analysis: again(input.text), again, catalog, workloads, outside: problems };
  });
  return { subjects: chosen(subjects, options.deployment), unreadable };
}

/** `FILE:LINE: …`, without a line where the whole file is meant. */
export function problemWords({ file, message, range }: SurroundingsProblem): string {
  const place = range === emptyRange ? file : `${file}:${range.start.line + 1}`;
  return `${place}: ${plain(message)}`;
}

/** Only the deployment asked for, by name or id, with its findings. */
function chosen(subjects: readonly Subject[], name: string | undefined): readonly Subject[] {
  if (name === undefined) return subjects;
  const wanted = subjects.flatMap((subject) => {
    const deployments = subject.analysis.deployments.filter(({ deployment }) => deployment.name === name || deployment.id === name);
    return deployments.length > 0 ? [{ ...subject, analysis: onlyThese(subject.analysis, deployments) }] : [];
  });
  if (wanted.length > 0) return wanted;
  const names = subjects.flatMap(({ analysis }) => analysis.deployments.map(({ deployment }) => deployment.id));
  if (names.length === 0) throw usage(`There is no deployment “${name}”: nothing that was read holds a deployment.`);
  const near = likeNames(name, names);
  throw usage(
    `There is no deployment “${name}”. There ${names.length === 1 ? "is" : "are"} ${(near.length > 0 ? near : names.slice(0, 8)).join(", ")}.`,
  );
}

function onlyThese(analysis: Analysis, deployments: readonly DeploymentAnalysis[]): Analysis {
  const kept = new Set(deployments.flatMap(({ findings }) => findings));
  return { ...analysis, deployments, findings: analysis.findings.filter((finding) => kept.has(finding)) };
}
