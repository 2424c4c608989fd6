// Judges a folder of real deployment files by its index.json:
// `npm run corpus [-- FOLDER] [--format FORMAT] [--notes FILE] [--json] [--write-docs]`. 1 = a bar is missed, 2 = no such folder.
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    format: { type: "string" },
    notes: { type: "string", default: join(root, "test/corpus/index-notes.json") },
    json: { type: "boolean", default: false },
    "write-docs": { type: "boolean", default: false },
  },
});
const named = positionals[0];
const folder = resolve(root, named ?? process.env.INFERENCE_LENS_CORPUS ?? "../shared/corpus");

if (!existsSync(join(folder, "index.json"))) {
  console.log(`No corpus at ${folder}: nothing was checked.`);
  process.exit(named ? 2 : 0);
}
const outfile = join(root, "dist/scripts/corpus.cjs");
mkdirSync(dirname(outfile), { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: ["scripts/corpus/main.ts"],
  outfile,
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  logLevel: "error",
});
const { main } = await import(outfile).then((module) => module.default ?? module);
process.exitCode = main({
  folder,
  data: join(root, "src/catalog/data"),
  notes: values.notes,
  format: values.format,
  json: values.json,
  page: values["write-docs"] ? join(root, "docs/corpus.md") : undefined,
});
