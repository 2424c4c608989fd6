import { statSync } from "node:fs";
import { dirname, join } from "node:path";

/** The nearest entry of that name in the file's folder or one above, not beyond the folder of a repository. */
export function nearestEntry(path: string, name: string, kind: "file" | "folder" | "any"): string | undefined {
  let directory = dirname(path);
  for (;;) {
    const candidate = join(directory, name);
    if (isThere(candidate, kind)) return candidate;
    const parent = dirname(directory);
    if (parent === directory || isThere(join(directory, ".git"), "any")) return undefined;
    directory = parent;
  }
}

export function isThere(path: string, kind: "file" | "folder" | "any"): boolean {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat !== undefined && (kind === "any" || (kind === "file" ? stat.isFile() : stat.isDirectory()));
  } catch (error) {
    // A folder that may not be looked into holds nothing for us; a path through a file is none.
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}
