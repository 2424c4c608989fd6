// A real Prometheus: PROMETHEUS, an installed one, else Debian's package, unpacked into the user's cache. Nothing is installed into the
// system.
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

export type FoundPrometheus = { readonly program: string } | { readonly program?: undefined; readonly reason: string };

/** A machine without a network is to say so soon. */
const impatient = ["-q", "-o", "Acquire::http::Timeout=15", "-o", "Acquire::https::Timeout=15", "-o", "Acquire::Retries=0"];

/** Where a Prometheus is, or why there is none. The first time it may be fetched, which takes some seconds. */
export function findPrometheus(): FoundPrometheus {
  const given = process.env.PROMETHEUS;
  if (given) return existsSync(given) ? { program: given } : { reason: `PROMETHEUS names no file: ${given}` };
  const folders = (process.env.PATH ?? "").split(delimiter);
  const installed = folders.map((folder) => join(folder, "prometheus")).find((path) => existsSync(path));
  if (installed) return { program: installed };
  const base = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "inference-lens");
  const kept = join(base, "prometheus", "prometheus");
  return existsSync(kept) ? { program: kept } : unpacked(base, kept);
}

function unpacked(base: string, kept: string): FoundPrometheus {
  if (run("apt-get", ["--version"]).status !== 0) return { reason: "Prometheus is not installed, and there is no apt to get it from" };
  mkdirSync(base, { recursive: true });
  const folder = mkdtempSync(join(base, "prometheus-"));
  try {
    const download = () => run("apt-get", [...impatient, "download", "prometheus"], folder);
    let got = download();
    // A fresh machine has no list of packages; only root may fetch one.
    if (got.status !== 0 && process.getuid?.() === 0 && run("apt-get", [...impatient, "update"]).status === 0) got = download();
    const file = readdirSync(folder).find((name) => name.endsWith(".deb"));
    if (!file) return { reason: `apt-get download prometheus failed: ${said(got)}` };
    const extracted = run("dpkg-deb", ["-x", join(folder, file), folder]);
    const program = join(folder, "usr", "bin", "prometheus");
    if (!existsSync(program)) return { reason: `${file} holds no Prometheus: ${said(extracted)}` };
    mkdirSync(join(kept, ".."), { recursive: true });
    // In one step: whoever looks at the same time finds all of it or nothing.
    renameSync(program, kept);
    return { program: kept };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(command: string, args: readonly string[], cwd?: string): SpawnSyncReturns<string> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  return spawnSync(command, args, { ...(cwd ? { cwd } : {}), encoding: "utf8", timeout: 120_000, env });
}

function said({ stdout, stderr, error }: SpawnSyncReturns<string>): string {
  return `${stdout ?? ""}${stderr ?? ""}${error?.message ?? ""}`.trim().slice(-500);
}
