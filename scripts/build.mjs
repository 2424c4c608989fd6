// Bundles the product into dist/. `--minify` for the package; without it source maps are written beside the bundles.
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "dist");

/** Activation loads the entry alone: everything that reads files lies in a bundle of its own, loaded with the first deployment. */
const appApart = {
  name: "app-apart",
  setup(build) {
    build.onResolve({ filter: /\/app\.ts$/ }, ({ importer, kind }) =>
      kind === "dynamic-import" && importer.endsWith("extension.ts") ? { path: "./app.js", external: true } : undefined,
    );
  },
};

/** Builds everything; throws where a bundle fails. */
export async function buildAll({ minify = false, quiet = false } = {}) {
  const started = performance.now();
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  const common = {
    absWorkingDir: root,
    bundle: true,
    minify,
    sourcemap: !minify,
    legalComments: "none",
    logLevel: quiet ? "error" : "warning",
    outdir: dist,
    define: { "process.env.NODE_ENV": '"production"' },
  };
  const host = { ...common, platform: "node", format: "cjs", target: "node20" };
  const page = { ...common, platform: "browser", format: "iife", target: "es2022", loader: { ".ttf": "file", ".svg": "text" } };
  await Promise.all([
    build({ ...host, entryPoints: { extension: "src/extension/extension.ts" }, external: ["vscode"], plugins: [appApart] }),
    build({ ...host, entryPoints: { app: "src/extension/app.ts" }, external: ["vscode"] }),
    build({ ...host, entryPoints: { worker: "src/worker/main.ts" } }),
    ...(existsSync(join(root, "src/cli/main.ts"))
      ? [build({ ...host, entryPoints: { cli: "src/cli/main.ts" }, banner: { js: "#!/usr/bin/env node" } })]
      : []),
    build({
      ...page,
      entryPoints: Object.fromEntries(["report", "live", "memory", "timeline", "bench"].map((name) => [name, `webview/${name}.ts`])),
    }),
  ]);
  cpSync(join(root, "src/catalog/data"), join(dist, "catalog"), { recursive: true });
  const icons = join(root, "node_modules/@vscode/codicons/dist");
  for (const file of ["codicon.css", "codicon.ttf"]) cpSync(join(icons, file), join(dist, file));
  // Style sheets that pages link instead of importing them.
  for (const file of readdirSync(join(root, "webview")).filter((name) => name.endsWith(".css"))) {
    if (!existsSync(join(dist, file))) cpSync(join(root, "webview", file), join(dist, file));
  }
  if (!quiet) console.log(`Built dist/ in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await buildAll({ minify: process.argv.includes("--minify") });
}
