// Judges a folder of real deployment files by its index.json:
// `npm run corpus [-- FOLDER] [--format FORMAT] [--notes FILE] [--json] [--write-docs]`. 1 = a bar is missed, 2 = no such folder.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { bundled, root } from "./bundled.mjs";

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
const { main } = await bundled("scripts/corpus/main.ts", "corpus");
process.exitCode = main({
  folder,
  data: join(root, "src/catalog/data"),
  notes: values.notes,
  format: values.format,
  json: values.json,
  page: values["write-docs"] ? join(root, "docs/corpus.md") : undefined,
});
