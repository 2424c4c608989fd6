import type { Catalog } from "../catalog/catalog.ts";
import type { SurroundingsFiles } from "../platform/surroundings-files.ts";
import type { Terminal } from "./terminal.ts";

/** What every command works with. */
export interface Session {
  readonly terminal: Terminal;
  readonly catalog: Catalog;
  readonly files: SurroundingsFiles;
  /** Words after `--`: a bare launch command; undefined without `--`. */
  readonly bare: readonly string[] | undefined;
}
