// A real VS Code from the npm registry alone: code-server's package holds a whole VS Code server, and the npm package `node` the runtime
// it needs. Kept in the user's cache and reused; nothing is written into the project.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

const codeServerVersion = "4.139.1";
const nodeVersion = "24";
const stampText = `code-server ${codeServerVersion}, node ${nodeVersion}\n`;

/** Whether this machine can run the server at all: its package carries Linux and macOS builds. */
export function canRunServer() {
  return process.platform === "linux" || process.platform === "darwin";
}

function cacheFolder() {
  const base = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  return join(base, "inference-lens", `vscode-${codeServerVersion}`);
}

/** Where things lie in an installation. INFERENCE_LENS_VSCODE names one that exists already. */
function layout(root) {
  const platform = `node-${process.platform}-${process.arch}`;
  const inner = join(root, "node24/node_modules/node/node_modules", platform);
  const outer = join(root, "node24/node_modules", platform);
  const nodeHome = existsSync(inner) ? inner : outer;
  const vscode = join(root, "node_modules/code-server/lib/vscode");
  return { root, nodeHome, node: join(nodeHome, "bin/node"), vscode, entry: join(vscode, "out/server-main.js") };
}

/** Installs what is missing (about 45 s the first time) and says where it is: `{ node, entry }`. Throws where npm cannot. */
export function installVsCode(log = console.log) {
  const given = process.env.INFERENCE_LENS_VSCODE;
  if (given) {
    const found = layout(given);
    if (!existsSync(found.entry) || !existsSync(found.node)) throw new Error(`INFERENCE_LENS_VSCODE names no installation: ${given}`);
    return found;
  }
  const root = cacheFolder();
  const stamp = join(root, "complete");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === stampText) return layout(root);
  log(`Installing VS Code (code-server ${codeServerVersion}) into ${root}, about a minute …`);
  rmSync(root, { recursive: true, force: true });
  mkdirSync(join(root, "node24"), { recursive: true });
  // In a folder of its own: a later install beside it would prune the runtime that its own script brings.
  writeFileSync(join(root, "node24/package.json"), JSON.stringify({ private: true, allowScripts: { node: true } }));
  writeFileSync(join(root, "package.json"), JSON.stringify({ private: true }));
  npm(join(root, "node24"), ["install", `node@${nodeVersion}`]);
  npm(root, ["install", "--ignore-scripts", `code-server@${codeServerVersion}`], layout(root));
  const found = layout(root);
  // What the package's own install step does, less a dozen native modules that nothing here needs.
  npm(found.vscode, ["install", "--omit=dev", "--ignore-scripts"], found);
  npm(join(found.vscode, "extensions"), ["install", "--omit=dev", "--ignore-scripts"], found);
  try {
    // Without the first, output channels stay empty; everything else works.
    npm(found.vscode, ["rebuild", "@vscode/spdlog", "@vscode/native-watchdog"], found);
  } catch (error) {
    log(`Native modules were not built (g++, make and python3 are needed): output channels stay empty. ${error.message}`);
  }
  writeFileSync(stamp, stampText);
  return found;
}

function npm(cwd, args, runtime) {
  const env = { ...process.env };
  if (runtime) {
    env.PATH = join(runtime.nodeHome, "bin") + delimiter + env.PATH;
    env.npm_config_nodedir = runtime.nodeHome;
  }
  const quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel", "error"];
  const run = spawnSync("npm", [...args, ...quiet], { cwd, env, encoding: "utf8", shell: process.platform === "win32" });
  if (run.status !== 0) throw new Error(`npm ${args.join(" ")} failed in ${cwd}:\n${`${run.stdout}${run.stderr}`.slice(-1500)}`);
}
