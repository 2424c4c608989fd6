import type { FormatId } from "../deployment.ts";
import type { Span } from "../text.ts";
import type { CompanionUnit, Unit } from "../units.ts";
import type { YamlValue } from "../yaml-document.ts";
import type { ReaderContext } from "./context.ts";

/** A document that a reader knows: its family, the engines in it, and what serves beside them. */
export interface Recognised {
  /** Null = it serves beside the engines of the text's other documents, and alone it is nobody's. */
  readonly format: FormatId | null;
  /** Empty where a file of this family starts no engine by itself. */
  readonly units: readonly Unit[];
  readonly companions?: readonly CompanionUnit[];
}

/**
 * Reads one document of one family of files; undefined = it is none. A reader looks at structure, never at a file's words alone, says
 * what is written, and looks nothing up. Its family's words stand in sniff.ts.
 */
export type Reader = (root: YamlValue, extent: Span, context: ReaderContext) => Recognised | undefined;
