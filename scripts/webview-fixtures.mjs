// Pictures of the pages in every state, without VS Code:
//   node scripts/webview-fixtures.mjs [--page report|live|memory|timeline|bench]… [--state NAME]… [--theme dark-modern|light-modern|dark-hc|light-hc]… [--width N]… [--kept JSON] [--out DIR]
// --kept is what the page had kept before a reload: '{"more":true}' opens the live page's further panels.
// Bundles pages and fixtures (test/webview/fixtures), opens them in headless Chromium under the product's CSP with a real VS Code's theme variables.
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);
const text = { type: "string", multiple: true };
const { values } = parseArgs({
  options: {
    page: text,
    state: text,
    theme: text,
    width: text,
    out: { type: "string", default: join(root, "out/webview") },
    kept: { type: "string", default: "null" },
    height: { type: "string", default: "900" },
  },
});

// The harness is written in TypeScript like the tests that share it; Node 20 runs no TypeScript.
const folder = mkdtempSync(join(root, "node_modules/.webview-fixtures-"));
try {
  const outfile = join(folder, "shoot.mjs");
  await build({
    entryPoints: ["test/webview/support/shoot.ts"],
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    outfile,
    logLevel: "warning",
  });
  const { shoot } = await import(pathToFileURL(outfile).href);
  await shoot(values);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
