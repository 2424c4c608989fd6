// The browser that drives the tests: CHROMIUM, an installed one, else apt as root. A machine without any fails, it does not skip.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const macs = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"];

/** Path of a Chromium. Throws, with what to do, where there is none and none can be installed. */
export function findChromium(log = console.log) {
  const given = process.env.CHROMIUM;
  if (given) {
    if (existsSync(given)) return given;
    throw new Error(`CHROMIUM names no file: ${given}`);
  }
  const present = installed();
  if (present) return present;
  if (process.getuid?.() === 0 && spawnSync("apt-get", ["--version"]).status === 0) {
    log("Installing Chromium with apt …");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    for (const args of [["update"], ["install", "-y", "--no-install-recommends", "chromium"]]) {
      const run = spawnSync("apt-get", ["-q", ...args], { env, encoding: "utf8" });
      if (run.status !== 0) throw new Error(`apt-get ${args.join(" ")} failed:\n${`${run.stdout}${run.stderr}`.slice(-1500)}`);
    }
    const fresh = installed();
    if (fresh) return fresh;
  }
  throw new Error("The end-to-end tests need Chromium: install it, or set CHROMIUM to its path.");
}

function installed() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return [...found, ...macs].find((path) => existsSync(path));
}
