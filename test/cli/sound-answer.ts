import { expect } from "vitest";
import { answerLine, type CaseAnswer, type ReadyCase } from "../../src/cli/cases.ts";
import { estimateCase } from "../../src/cli/commands/estimate.ts";
import { inspectCase } from "../../src/cli/commands/inspect.ts";
import { simulateCase } from "../../src/cli/commands/simulate.ts";
import { testCatalog } from "../support/catalog.ts";

/** What each command answers to a case. */
export type CommandName = "estimate" | "simulate" | "inspect";
const commands: Readonly<Record<CommandName, (ready: ReadyCase) => CaseAnswer>> = {
  estimate: estimateCase,
  simulate: simulateCase,
  inspect: inspectCase,
};

/** Errors that are answers; `internal` is a mistake of ours. */
const codes = ["bad-case", "bad-workload", "missing", "unsupported", "does-not-fit", "will-not-start"];

/** The answer to a case, which must be a figure throughout or an error in words. */
export function soundAnswer(command: CommandName, line: string): CaseAnswer {
  const answer: CaseAnswer = answerLine(line, { folder: "/nowhere", catalog: testCatalog() }, commands[command]);
  const { error } = answer;
  if (error) {
    expect(codes, `${error.code}: ${error.message}`).toContain(error.code);
    expect(error.message).toMatch(/^\S.{5,800}$/);
  } else expect([...oddNumbers(answer, "")]).toEqual([]);
  return answer;
}

/** What answers of one token have none of; JSON says null. */
const betweenTokens = /\.(?:tpot|itl)Seconds\./;

/** Members that hold no number although they hold one: JSON would make them null. */
function* oddNumbers(value: unknown, path: string): Generator<string> {
  if (typeof value === "number") {
    if (!Number.isFinite(value) && !betweenTokens.test(path)) yield `${path} = ${value}`;
  } else if (ArrayBuffer.isView(value)) yield* oddNumbers(Object.values(value), path);
  else if (typeof value === "object" && value !== null)
    for (const [key, member] of Object.entries(value)) yield* oddNumbers(member, `${path}.${key}`);
}
