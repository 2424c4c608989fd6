import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export interface Source {
  readonly file: string;
  readonly text: string;
}

const root = resolve(import.meta.dirname, "../..");

/** The project's own files, one of every kind that is hard to read. */
export function ownSources(): readonly Source[] {
  return ["test/corpus/own", "test/corpus/mistakes", "examples", "test/deployment/wild"].flatMap(yamlIn);
}

/** Published files, where a copy stands beside the project. */
export function publishedSources(): readonly Source[] {
  const folder = resolve(root, process.env.INFERENCE_LENS_CORPUS ?? "../shared/corpus");
  if (!existsSync(folder))
    console.log(`The corpus of real files is not at ${folder}: random edits were made on the project's own files alone.`);
  return existsSync(folder) ? yamlIn(folder).filter(({ text }) => text.length < 40_000) : [];
}

/** The YAML files of a folder of the project, or of any other, and of those below it. */
export function yamlIn(folder: string): readonly Source[] {
  const path = resolve(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.ya?ml$/.test(name) && !name.startsWith("."))
    .sort()
    .map((name) => ({ file: name, text: readFileSync(join(path, name), "utf8") }));
}
