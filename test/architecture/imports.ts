import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

export const root = resolve(import.meta.dirname, "../..");

/** Source files below a folder, as paths from the project's root with `/`. */
export function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
    .map((name) => `${folder}/${name.split(sep).join("/")}`)
    .sort();
}

export function textOf(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

export interface Import {
  readonly file: string;
  /** As written. */
  readonly target: string;
  /** Path from the root for relative ones; undefined for packages. */
  readonly path: string | undefined;
}

const pattern =
  /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s*["']([^"']+)["']|(?:^|\n)\s*import\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/g;

/** Static and dynamic imports and re-exports of a file. */
export function importsOf(file: string): Import[] {
  return [...textOf(file).matchAll(pattern)].map((match) => {
    const target = match[1] ?? match[2] ?? match[3] ?? "";
    const path = target.startsWith(".")
      ? relative(root, resolve(root, dirname(file), target))
          .split(sep)
          .join("/")
      : undefined;
    return { file, target, path };
  });
}
