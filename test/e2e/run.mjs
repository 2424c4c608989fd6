// Runs the scenarios in one VS Code and one page, in the order listed; each reports by itself. The last line is the sum.
import { chmodSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startVsCode } from "../../scripts/vscode/server.mjs";
import { openWorkbench } from "./driver.mjs";
import { scenarios } from "./scenarios/index.mjs";

const root = resolve(import.meta.dirname, "../..");
const wanted = process.argv[2] ?? "";
const workspace = mkdtempSync(join(tmpdir(), "inference-lens-examples-"));
fillWorkspace();

// A kustomize that only prints, and a kubectl that answers out of a file: what is tested is that the person's own tools are run, with
// which words, and what becomes of their output.
const tools = mkdtempSync(join(tmpdir(), "inference-lens-tools-"));
cpSync(join(import.meta.dirname, "tools"), tools, { recursive: true });
for (const tool of ["kubectl", "kustomize"]) chmodSync(join(tools, tool), 0o755);

const settings = {
  "workbench.colorTheme": "Dark Modern",
  "editor.hover.delay": 150,
  "workbench.editor.enablePreview": false,
  "files.autoSave": "off",
};
const machine = Object.fromEntries(["kubectl", "kustomize"].map((tool) => [`inferenceLens.tools.${tool}`, join(tools, tool)]));
const server = await startVsCode(
  { node: process.env.E2E_NODE, entry: process.env.E2E_ENTRY },
  { vsix: process.env.E2E_VSIX, folder: workspace, settings, machine },
);
const stop = async () => {
  await server.stop();
  for (const folder of [workspace, tools]) rmSync(folder, { recursive: true, force: true });
};
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop().then(() => process.exit(1)));

let passed = 0;
const failures = [];
let workbench;
try {
  workbench = await openWorkbench(server.url);
  const context = { workbench, workspace, tools, profile: server.profile, port: server.port, url: server.url };
  for (const { name, run } of scenarios.filter((one) => one.name.includes(wanted))) {
    const started = Date.now();
    try {
      await run(context);
      passed++;
      console.log(`  ✓ ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failures.push(name);
      console.log(
        `  ✗ ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)\n    ${String(error?.stack ?? error)
          .split("\n")
          .slice(0, 8)
          .join("\n    ")}`,
      );
      await workbench.shot(`failed-${name.replace(/\W+/g, "-")}`).catch((cause) => console.log(`    no picture: ${cause.message}`));
      await workbench.keyboard.press("Escape").catch(() => undefined);
      await workbench.closeAll().catch((cause) => console.log(`    editors stay open: ${cause.message}`));
      // One failure must not bring others: what it left behind goes, what it changed is as it was.
      rmSync(join(workspace, ".inference-lens"), { recursive: true, force: true });
      fillWorkspace();
      // With it goes what is attached and what serves as a demo.
      await workbench.reload().catch((cause) => console.log(`    not reloaded: ${cause.message}`));
    }
  }
} finally {
  await workbench?.close();
  await stop();
}
console.log(`${passed} passed, ${failures.length} failed, 0 skipped`);
process.exit(failures.length > 0 || passed === 0 ? 1 : 0);

function fillWorkspace() {
  for (const folder of [join(root, "examples"), join(import.meta.dirname, "workspace")]) cpSync(folder, workspace, { recursive: true });
}
