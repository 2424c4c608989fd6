// Breaks deployments in ways that their engines refuse, and counts what is noticed: `npm run mutate [-- FOLDER] [--format FORMAT] [--json] [--write-docs]`.
// 1 = too little was noticed, or too much else was said.
import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { format: { type: "string" }, json: { type: "boolean", default: false }, "write-docs": { type: "boolean", default: false } },
});
const outfile = join(root, "dist/scripts/mutate.cjs");
mkdirSync(dirname(outfile), { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: ["scripts/mutate/main.ts"],
  outfile,
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  logLevel: "error",
});
const { main } = await import(outfile).then((module) => module.default ?? module);
process.exitCode = main({
  own: join(root, "test/corpus/own"),
  corpus: resolve(root, positionals[0] ?? process.env.INFERENCE_LENS_CORPUS ?? "../shared/corpus"),
  data: join(root, "src/catalog/data"),
  format: values.format,
  json: values.json,
  page: values["write-docs"] ? join(root, "docs/mutations.md") : undefined,
});
