// `npm start`: installs what is missing, builds, packages, and opens the product: a real VS Code in the browser with the extension and the
// examples, and a demo server beside it. Ctrl-C stops everything that was started.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const isWindows = process.platform === "win32";

if (!existsSync(join(root, "node_modules/.package-lock.json"))) {
  console.log("Installing dependencies …");
  const install = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: root, stdio: "inherit", shell: isWindows });
  if (install.status !== 0) process.exit(1);
}

const { canRunServer, installVsCode } = await import("./vscode/install.mjs");
const { packageExtension } = await import("./package.mjs");

/** A copy, so that what is tried out does not change the project. */
const workspace = mkdtempSync(join(tmpdir(), "inference-lens-examples-"));
cpSync(join(root, "examples"), workspace, { recursive: true });
const closers = [async () => rmSync(workspace, { recursive: true, force: true, maxRetries: 5 })];

let stopping = false;
async function stop(code) {
  if (stopping) return;
  stopping = true;
  for (const close of closers.reverse()) await close();
  process.exit(code);
}
process.on("SIGINT", () => stop(0));
process.on("SIGTERM", () => stop(0));

/** The demo server as a process of its own; its first line names its address. */
function startDemo() {
  const args = [join(root, "dist/cli.js"), "demo", join(workspace, "llama-70b-shift.yaml"), "--port", process.env.DEMO_PORT ?? "0"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  closers.push(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
  });
  return new Promise((done, fail) => {
    let said = "";
    const hear = (chunk) => {
      said += chunk;
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
      if (url) done(url);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("exit", (code) => fail(new Error(`The demo server ended with code ${code}:\n${said}`)));
  });
}

/** Where no VS Code server is to be had, an installed VS Code shows the extension from this folder. */
function openDesktop() {
  const code = spawnSync("code", ["--version"], { shell: isWindows });
  if (code.status !== 0)
    throw new Error("There is no VS Code server for this system, and no command `code`: install VS Code, then run npm start again.");
  console.log("There is no VS Code server for this system: opening the installed VS Code in extension-development mode.");
  spawnSync("code", [`--extensionDevelopmentPath=${root}`, workspace], { shell: isWindows, stdio: "inherit" });
}

async function openServer(vsix) {
  const { startVsCode } = await import("./vscode/server.mjs");
  const settings = { "workbench.startupEditor": "readme", "editor.minimap.enabled": true };
  const port = process.env.PORT === undefined ? undefined : Number(process.env.PORT);
  const server = await startVsCode(installVsCode(), { vsix, folder: workspace, settings, ...(port ? { port } : {}) });
  closers.push(server.stop);
  return server.url;
}

try {
  const vsix = await packageExtension({ quiet: true });
  const demo = await startDemo();
  const url = canRunServer() ? await openServer(vsix) : openDesktop();
  console.log(`
  Inference Lens ${url ? `runs in VS Code at\n\n    ${url}\n` : "is open in VS Code."}
  1. Open llama-70b-shift.yaml: the lens above it says what fits. Click Simulate.
  2. Open gpu-mismatch.yaml: put the caret on the red 4, press Ctrl+. and take the first entry.
  3. Click Attach on a lens and enter ${demo} : a demo server plays a simulated run there.
  4. Help > Welcome > Walkthroughs leads through the rest; examples/README.md says more.

  Ctrl-C stops everything.`);
  // Child processes keep us alive; a desktop VS Code is nobody's child.
  if (!url) setInterval(() => undefined, 1 << 30);
} catch (error) {
  console.error(error.message);
  await stop(1);
}
