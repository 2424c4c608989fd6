import type { Neighbours } from "../deployment/neighbours.ts";

/** What reading a text asked of other files: when one of these changes, it must be read again. */
export interface Asked {
  /** Files that were found, and objects by `Kind/name`, found or not. */
  readonly names: Set<string>;
  /** A file at a path was not there. */
  isIncomplete: boolean;
}

/** The same neighbours, with a list of what was asked of them. */
export function noted(neighbours: Neighbours, asked: Asked): Neighbours {
  return {
    at: (path, from) => {
      const found = neighbours.at(path, from);
      if (found) asked.names.add(found.file);
      else asked.isIncomplete = true;
      return found;
    },
    defining: (kind, name) => {
      asked.names.add(`${kind}/${name}`);
      const found = neighbours.defining(kind, name);
      if (found) asked.names.add(found.file);
      return found;
    },
    model: (path, from) => {
      const found = neighbours.model(path, from);
      if (found) asked.names.add(found.file);
      // An absolute path is the engine's machine's more often than this one's.
      else if (!path.startsWith("/")) asked.isIncomplete = true;
      return found;
    },
  };
}
