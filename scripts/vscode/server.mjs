// Starts and stops the VS Code server on 127.0.0.1 with a profile of its own.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

/** A profile in which nothing but the product asks for attention. */
export const quietSettings = {
  "chat.commandCenter.enabled": false,
  "chat.disableAIFeatures": true,
  "editor.cursorBlinking": "solid",
  "editor.minimap.enabled": false,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "git.enabled": false,
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "window.restoreWindows": "none",
  "workbench.enableExperiments": false,
  "workbench.reduceMotion": "on",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
};

export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** `{ url, port, kill, restart, stop }` of a server that shows `folder` with the packaged extension installed. */
export async function startVsCode({ node, entry }, { vsix, folder, settings = {}, machine = {}, port }) {
  const profile = mkdtempSync(join(tmpdir(), "inference-lens-vscode-"));
  const data = join(profile, "data");
  // Settings about the machine, such as which programs to run, are only taken from the machine's own file.
  for (const [scope, values] of Object.entries({ User: { ...quietSettings, ...settings }, Machine: machine })) {
    mkdirSync(join(data, scope), { recursive: true });
    writeFileSync(join(data, scope, "settings.json"), JSON.stringify(values, null, 2));
  }
  const places = ["--server-data-dir", profile, "--user-data-dir", data, "--extensions-dir", join(profile, "extensions")];
  const common = [entry, ...places, "--accept-server-license-terms"];
  const env = { ...process.env, PATH: dirname(node) + delimiter + process.env.PATH };
  const install = spawnSync(node, [...common, "--install-extension", vsix, "--force"], { env, encoding: "utf8" });
  if (install.status !== 0) throw new Error(`${vsix} could not be installed:\n${`${install.stdout}${install.stderr}`.slice(-1500)}`);
  const at = port ?? (await freePort());
  const flags = [
    "--host",
    "127.0.0.1",
    "--port",
    String(at),
    "--without-connection-token",
    "--disable-telemetry",
    "--disable-workspace-trust",
  ];
  let child;
  let log = "";
  const launch = async () => {
    child = spawn(node, [...common, ...flags], { env, stdio: ["ignore", "pipe", "pipe"] });
    const keep = (chunk) => {
      log = (log + chunk).slice(-20_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    await answers(`http://127.0.0.1:${at}/version`, child, () => log);
  };
  const halt = async (signal) => {
    const running = child;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const gone = new Promise((resolve) => running.once("exit", resolve));
    running.kill(signal);
    const last = setTimeout(() => running.kill("SIGKILL"), 5000);
    await gone;
    clearTimeout(last);
  };
  const stop = async () => {
    await halt("SIGTERM");
    if (existsSync(profile)) rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await launch();
  } catch (error) {
    await stop();
    throw error;
  }
  const url = new URL(`http://127.0.0.1:${at}/`);
  url.searchParams.set("folder", realpathSync(folder));
  return { url: url.href, port: at, profile, log: () => log, stop };
}

async function answers(url, child, log) {
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) break;
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`VS Code did not come up:\n${log()}`);
}
