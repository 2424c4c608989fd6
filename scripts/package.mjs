// Builds minified and packs the .vsix. Prints its path.
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createVSIX } from "@vscode/vsce";
import { buildAll } from "./build.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** Path of the package, freshly built. */
export async function packageExtension({ quiet = false } = {}) {
  await buildAll({ minify: true, quiet });
  const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const packagePath = join(root, ".cache", `${name}-${version}.vsix`);
  mkdirSync(dirname(packagePath), { recursive: true });
  rmSync(packagePath, { force: true });
  await createVSIX({ cwd: root, packagePath, dependencies: false, allowMissingRepository: true, rewriteRelativeLinks: false });
  return packagePath;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) console.log(await packageExtension());
