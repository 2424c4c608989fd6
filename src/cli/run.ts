import type { Exit } from "./exit.ts";
import type { Session } from "./session.ts";
import type { TerminalOptions } from "./terminal.ts";

/** Runs a command's body with a session made for its options; its answer becomes the exit code. */
export type Run = (options: TerminalOptions, body: (session: Session) => Promise<Exit>) => Promise<void>;
