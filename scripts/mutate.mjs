// Breaks deployments in ways that their engines refuse, and counts what is noticed: `npm run mutate [-- FOLDER] [--format FORMAT] [--json] [--write-docs]`.
// 1 = too little was noticed, or too much else was said.
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { bundled, root } from "./bundled.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { format: { type: "string" }, json: { type: "boolean", default: false }, "write-docs": { type: "boolean", default: false } },
});
const { main } = await bundled("scripts/mutate/main.ts", "mutate");
process.exitCode = main({
  own: join(root, "test/corpus/own"),
  corpus: resolve(root, positionals[0] ?? process.env.INFERENCE_LENS_CORPUS ?? "../shared/corpus"),
  data: join(root, "src/catalog/data"),
  format: values.format,
  json: values.json,
  page: values["write-docs"] ? join(root, "docs/mutations.md") : undefined,
});
