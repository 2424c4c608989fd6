import type { Message } from "../../deployment/message.ts";
import type { Range } from "../../deployment/text.ts";

/** A place where a deployment's servers may be reached, read from its files: nobody is asked before a person takes one. */
export interface Proposal {
  /** As one types it: `localhost:8000`, `https://llm.example.com`; several between blanks are a fleet. */
  readonly address: string;
  readonly why: Message;
  /** The word that says it; absent where it is the engine's own default. */
  readonly at?: Range;
}
