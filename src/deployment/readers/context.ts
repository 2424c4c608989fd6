import type { FlagNames } from "../flag-names.ts";
import type { LineMap } from "../text.ts";

/** What a reader needs besides the document. */
export interface ReaderContext {
  /** The original text; positions in the parsed text are the same. */
  readonly source: string;
  readonly lines: LineMap;
  /** Flags of all versions, to recognise arguments that come without image or command. */
  readonly names: FlagNames;
  readonly fileName: string;
}
