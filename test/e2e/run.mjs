// Runs the stories' scenarios in one VS Code and one page, in the order listed; each reports by itself. The last line is the sum.
import { chmodSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startVsCode } from "../../scripts/vscode/server.mjs";
import { openWorkbench, size } from "./driver.mjs";
import { stories } from "./scenarios/index.mjs";

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

const sum = { passed: 0, failed: 0 };
const twice = [];
let workbench;
try {
  workbench = await openWorkbench(server.url);
  for (const story of stories) await tell(story.filter(({ name }) => name.includes(wanted)));
} finally {
  await workbench?.close();
  await stop();
}
for (const name of twice) console.log(`only at the second try: ${name}`);
console.log(`${sum.passed} passed, ${sum.failed} failed, 0 skipped`);
process.exit(sum.failed > 0 || sum.passed === 0 ? 1 : 0);

/** A loaded machine loses a key now and then: a story that fails once is told again from its beginning, and that is said at the end. */
async function tell(story) {
  const failed = await firstFailure(story);
  if (!failed) sum.passed += story.length;
  else {
    console.log("    again from the beginning of its story");
    twice.push(failed.name);
    const context = contextOfStory();
    for (const scenario of story) sum[(await holds(scenario, context)) ? "passed" : "failed"]++;
  }
}

async function firstFailure(story) {
  const context = contextOfStory();
  for (const scenario of story) if (!(await holds(scenario, context))) return scenario;
}

function contextOfStory() {
  return { workbench, workspace, tools, profile: server.profile, port: server.port, url: server.url };
}

/** Whether a scenario holds; where not, its picture is taken and the workbench is made as it was. */
async function holds({ name, run }, context) {
  const started = Date.now();
  const took = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
  try {
    await run(context);
    console.log(`  ✓ ${name} (${took()})`);
    return true;
  } catch (error) {
    const words = String(error?.stack ?? error).split("\n");
    console.log(`  ✗ ${name} (${took()})\n    ${words.slice(0, 8).join("\n    ")}`);
    await workbench.shot(`failed-${name.replace(/\W+/g, "-")}`).catch((cause) => console.log(`    no picture: ${cause.message}`));
    await workbench.page.setViewportSize(size);
    await workbench.keyboard.press("Escape").catch(() => undefined);
    await workbench.closeAll().catch((cause) => console.log(`    editors stay open: ${cause.message}`));
    // What it left behind goes, what it changed is as it was.
    rmSync(join(workspace, ".inference-lens"), { recursive: true, force: true });
    rmSync(join(tools, "calls.jsonl"), { force: true });
    fillWorkspace();
    // With it goes what is attached and what serves as a demo.
    await workbench.reload().catch((cause) => console.log(`    not reloaded: ${cause.message}`));
    return false;
  }
}

function fillWorkspace() {
  for (const folder of [join(root, "examples"), join(import.meta.dirname, "workspace")]) cpSync(folder, workspace, { recursive: true });
}
