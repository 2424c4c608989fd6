// Runs a TypeScript entry of these scripts: bundled, so that it and the product's own code load as one file.
import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** What an entry, named from the project's folder, exports, and the file it was bundled into. */
export async function bundled(entry, name) {
  const outfile = join(root, "dist/scripts", `${name}.cjs`);
  mkdirSync(dirname(outfile), { recursive: true });
  const options = { bundle: true, platform: "node", format: "cjs", target: "node20", logLevel: "error" };
  await build({ absWorkingDir: root, entryPoints: [entry], outfile, ...options });
  const module = await import(outfile);
  return { ...(module.default ?? module), outfile };
}
