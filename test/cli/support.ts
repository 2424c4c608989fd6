import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../../", import.meta.url));
export const fixtures = fileURLToPath(new URL("./fixtures", import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string | Uint8Array;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Cli {
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** Starts without waiting. */
  start(args: readonly string[], options?: RunOptions): ChildProcess;
  dispose(): void;
}

/** The command line as it ships, bundled into a folder of its own with its catalogue. */
export async function bundledCli(): Promise<Cli> {
  const folder = mkdtempSync(join(tmpdir(), "inference-lens-cli-"));
  await build({
    absWorkingDir: root,
    entryPoints: { cli: "src/cli/main.ts" },
    outdir: folder,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    banner: { js: "#!/usr/bin/env node" },
    logLevel: "error",
  });
  cpSync(join(root, "src/catalog/data"), join(folder, "catalog"), { recursive: true });
  const start = (args: readonly string[], { cwd = fixtures, env = {} }: RunOptions = {}): ChildProcess =>
    spawn(process.execPath, [join(folder, "cli.js"), ...args], { cwd, env: { ...process.env, ...env }, stdio: "pipe" });
  return {
    start,
    run: (args, options = {}) => finished(start(args, options), options.stdin ?? ""),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function finished(child: ChildProcess, stdin: string | Uint8Array): Promise<Ran> {
  return new Promise((resolve, reject) => {
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (part: string) => {
      stdout += part;
    });
    child.stderr?.setEncoding("utf8").on("data", (part: string) => {
      stderr += part;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
    // A command that reads no input may end before it is all written.
    child.stdin?.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") reject(error);
    });
    child.stdin?.end(stdin);
  });
}

/** A member of parsed JSON by its path; throws where it is absent, so that a missing member is no `undefined` that equals another. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== "object" || here === null || !(step in here)) throw new Error(`no ${path.join(".")}: stopped at ${step}`);
    here = Reflect.get(here, step);
  }
  return here;
}

/** Names of an object's members, sorted. */
export function members(value: unknown): string[] {
  return typeof value === "object" && value !== null ? Object.keys(value).sort() : [];
}

export function lines(text: string): unknown[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line));
}
