import { dirname, join, resolve } from "node:path";
import type { Catalog } from "../catalog/catalog.ts";
import { readCase } from "../deployment/case.ts";
import { withFlags, withGpu } from "../deployment/change.ts";
import type { Deployment, Slo } from "../deployment/deployment.ts";
import { flagNames } from "../deployment/flag-names.ts";
import { plain } from "../deployment/message.ts";
import type { Missing, Settled } from "../deployment/settled.ts";
import { analyseReading } from "../language/analysis.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import type { Severity } from "../rules/rule.ts";
import { readWorkload, type WrittenWorkload } from "../simulation/workload/read-workload.ts";
import { type Exit, exits } from "./exit.ts";
import { caseLines } from "./input/case-lines.ts";
import { argumentAssumptions, type CommonOptions } from "./input/common-options.ts";
import { problemWords } from "./input/subjects.ts";
import type { Session } from "./session.ts";

export interface CaseError {
  readonly code: string;
  /** The rule that tells why, where one does. */
  readonly rule?: string;
  readonly message: string;
}

/** What a command answers to one case, beside its id. */
export type CaseAnswer = { readonly error: CaseError } | (Readonly<Record<string, unknown>> & { readonly error?: undefined });

export interface CaseFinding {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
}

/** One case, read and settled as far as it goes. */
export interface ReadyCase {
  readonly id: string;
  readonly deployment: Deployment;
  readonly settled: Settled | undefined;
  readonly missing: readonly Missing[];
  readonly plans: readonly MemoryPlan[];
  /** What the rules say about it, as about a file. */
  readonly findings: readonly CaseFinding[];
  /** null where the case has none. */
  readonly workload: WrittenWorkload | null;
  readonly slo: Slo | null;
  readonly seed: number;
  /** Relative paths in the case start here. */
  readonly folder: string;
  /** With the GPUs and workloads of the project in which the cases lie. */
  readonly catalog: Catalog;
}

/** Answers cases one line each, in order, in this process. What is wrong with a case is its answer, and the next one follows. */
export async function answerCases(
  file: string,
  options: CommonOptions,
  { files, terminal }: Session,
  answer: (ready: ReadyCase) => CaseAnswer,
): Promise<Exit> {
  const folder = file === "-" ? process.cwd() : dirname(resolve(file));
  const { catalog, problems } = files.find(file === "-" ? join(folder, "cases.jsonl") : file);
  for (const problem of problems) terminal.tell(problemWords(problem));
  const assumptions = argumentAssumptions(options, catalog);
  const adjust = (deployment: Deployment): Deployment => withArguments(deployment, assumptions, catalog);
  for await (const line of caseLines(file)) {
    terminal.write(`${JSON.stringify(answerLine(line, { folder, catalog, adjust }, answer))}\n`);
  }
  return exits.ok;
}

export interface CaseContext {
  readonly folder: string;
  readonly catalog: Catalog;
  /** What the command's arguments say, put over the case. */
  readonly adjust?: (deployment: Deployment) => Deployment;
}

/** Answers one line: never throws on its content. */
export function answerLine<Answer extends CaseAnswer>(
  line: string,
  { folder, catalog, adjust }: CaseContext,
  answer: (ready: ReadyCase) => Answer,
) {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return { id: null, error: { code: "bad-case", message: `Not JSON: ${messageOf(error)}` } };
  }
  const id = idOf(value);
  try {
    const read = readCase(value, { catalog });
    if (read.error) return { id, error: read.error };
    const deployment = adjust ? adjust(read.deployment) : read.deployment;
    const { analysed, findings } = analysedCase(deployment, catalog);
    const { settled, missing } = analysed.settlement;
    const workload = read.workload === null || read.workload === undefined ? null : readWorkload(read.workload);
    const { slo, seed } = read;
    const plans = analysed.memory;
    const said = answer({
      id: read.id,
      deployment,
      settled,
      missing: missing ?? [],
      plans,
      findings,
      workload,
      slo,
      seed,
      folder,
      catalog,
    });
    const refusals = findings.filter(({ severity }) => severity === "error").map((one) => one.message);
    if (said.error || refusals.length === 0) return { id, ...said };
    return { id, ...said, warnings: [...(Array.isArray(said.warnings) ? said.warnings : []), ...refusals] };
  } catch (error) {
    // Our own mistake in one case must not cost the others their answers.
    return { id, error: { code: "internal", message: messageOf(error) } };
  }
}

/** A case takes the path of a file. */
function analysedCase(deployment: Deployment, catalog: Catalog) {
  const reading = { formats: [deployment.format], deployments: [deployment], companions: [], problems: [], ignoredLines: new Map() };
  const analysis = analyseReading(reading, catalog);
  const [analysed] = analysis.deployments;
  const [problem] = analysis.problems;
  if (!analysed || problem) throw new Error(problem ? plain(problem.message) : "the case was lost");
  const findings = analysis.findings.map(({ code, severity, message }) => ({ code, severity, message: plain(message) }));
  return { analysed, findings };
}

/** As it came in: a number stays one. */
function idOf(value: unknown): string | number | null {
  const id = typeof value === "object" && value !== null && "id" in value ? value.id : null;
  return typeof id === "string" || typeof id === "number" ? id : null;
}

/** A GPU only where the case names none; flags above its own. */
function withArguments(deployment: Deployment, { gpu, flags }: ReturnType<typeof argumentAssumptions>, catalog: Catalog): Deployment {
  const known = gpu === undefined ? undefined : (catalog.gpu(gpu)?.id ?? catalog.instance(gpu)?.gpu);
  const placed = known !== undefined && deployment.pools.every(({ hardware }) => !hardware.gpu) ? withGpu(deployment, known) : deployment;
  if (!flags) return placed;
  const names = flagNames(catalog.flags("vllm"), undefined);
  const changes = Object.entries(flags).map(([key, text]): [string, string] => {
    const { name, negated } = names.resolve(`--${key}`);
    const value = text === "" ? "true" : text;
    return [name, negated && value === "true" ? "false" : value];
  });
  return withFlags(placed, Object.fromEntries(changes));
}

/** Why a case cannot be judged at all. */
export function missingError(missing: readonly Missing[]): CaseError {
  const code = missing.some(({ what }) => what === "engine") ? "unsupported" : "missing";
  return { code, message: missing.map(({ message }) => `${plain(message)}.`).join(" ") || "Something is not known." };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
