// Reads a folder of real deployment files and prints what was recognised and found: `npm run corpus [-- FOLDER] [--json]`.
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const named = process.argv.slice(2).find((word) => !word.startsWith("--"));
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
process.exitCode = main({ folder, data: join(root, "src/catalog/data"), json: process.argv.includes("--json") });
