// Measures what has a bar: `npm run bench`. Fails only where a bar is missed by more than five times.
import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const outfile = join(root, "dist/scripts/bench.cjs");
mkdirSync(dirname(outfile), { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: ["scripts/bench.ts"],
  outfile,
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  logLevel: "error",
});
const { main } = await import(outfile).then((module) => module.default ?? module);
process.exitCode = main(root, outfile);
