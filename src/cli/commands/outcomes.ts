import type { CaseError } from "../cases.ts";
import { type Exit, exits } from "../exit.ts";
import type { Subject } from "../input/subjects.ts";
import type { Session } from "../session.ts";

/** What came of one deployment of a file. */
export type NamedOutcome =
  | { readonly name: string; readonly error: CaseError; readonly json?: undefined }
  | { readonly name: string; readonly json: Readonly<Record<string, unknown>>; readonly text: () => string; readonly error?: undefined };

/** Prints the answers of `estimate` and `simulate`: JSON as cases, text one after the other. */
export function tellOutcomes(
  outcomes: readonly NamedOutcome[],
  format: "text" | "json" | "markdown",
  subjects: readonly Subject[],
  { terminal }: Session,
): void {
  if (outcomes.length === 0) for (const { input } of subjects) terminal.fail(`${input.path}: no deployment found`);
  if (format === "json") {
    const cases = outcomes.map((one) => (one.error ? { id: one.name, error: one.error } : { id: one.name, ...one.json }));
    terminal.write(`${JSON.stringify({ version: 1, cases })}\n`);
    return;
  }
  const texts = outcomes.map((one) =>
    one.error ? `${terminal.paint("bold", one.name)}: ${terminal.paint("red", one.error.message)}\n` : one.text(),
  );
  terminal.write(texts.join("\n"));
}

/** Not fitting outweighs what could not be judged; nothing to judge at all is unusable input. */
export function exitFor(outcomes: readonly NamedOutcome[], unreadable: boolean): Exit {
  if (outcomes.some(({ error }) => error?.code === "does-not-fit")) return exits.doesNotFit;
  if (unreadable || outcomes.some(({ error }) => error !== undefined)) return exits.unusable;
  return exits.ok;
}
