/** Exit codes of the command line; scripts rely on them. */
export const exits = {
  ok: 0,
  /** `check` found something at the level asked for. */
  found: 1,
  /** Usage, or input that cannot be read. */
  unusable: 2,
  doesNotFit: 3,
  /** `watch` got no answer, or was refused. */
  unreachable: 4,
} as const;

export type Exit = (typeof exits)[keyof typeof exits];

/** Ends the command with a message for people; anything else thrown is our own mistake. */
export class CliError extends Error {
  override readonly name = "CliError";
  constructor(
    readonly exit: Exit,
    message: string,
  ) {
    super(message);
  }
}

export function usage(message: string): CliError {
  return new CliError(exits.unusable, message);
}
