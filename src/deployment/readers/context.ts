import type { EngineId } from "../deployment.ts";
import type { FlagNames } from "../flag-names.ts";
import type { LineMap } from "../text.ts";
import type { YamlDocument } from "../yaml-document.ts";

/** What a reader needs besides the document. */
export interface ReaderContext {
  /** The original text; positions in the parsed text are the same. */
  readonly source: string;
  readonly lines: LineMap;
  /** An engine's flags of all versions: to recognise arguments that come without image or command, and keys that are flags. */
  readonly names: (engine: EngineId) => FlagNames;
  readonly fileName: string;
  /** All documents of the text: one may name another (a ConfigMap, a runtime, a base). */
  readonly documents: readonly YamlDocument[];
}
