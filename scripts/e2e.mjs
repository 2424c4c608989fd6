// The end-to-end tests: packages, starts a real VS Code, and drives it in a real browser. `npm run e2e -- NAME` runs scenarios whose name
// holds NAME; pictures are written to test/e2e/shots.
import { spawnSync } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { packageExtension } from "./package.mjs";
import { findChromium } from "./vscode/chromium.mjs";
import { installVsCode } from "./vscode/install.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const chromium = findChromium();
const { node, entry } = installVsCode();
const vsix = await packageExtension({ quiet: true });
const env = { ...process.env, CHROMIUM: chromium, E2E_NODE: node, E2E_ENTRY: entry, E2E_VSIX: vsix };
// Scenarios share TypeScript with the unit tests, whose package is no module by name.
const run = spawnSync(node, ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", join(root, "test/e2e/run.mjs"), ...process.argv.slice(2)], {
  cwd: root,
  env,
  stdio: "inherit",
});
process.exit(run.status ?? 1);
