import { win32 } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createCatalog } from "../../src/catalog/catalog.ts";
import { SurroundingsFiles } from "../../src/platform/surroundings-files.ts";

/** Files of a Windows machine, by absolute path; folders are what lies above them. */
const disk = vi.hoisted(() => ({ files: new Map<string, string>(), looks: 0 }));

vi.mock("node:path", async () => {
  const { win32: windows } = await vi.importActual<typeof import("node:path")>("node:path");
  return { ...windows, default: windows };
});

vi.mock("node:fs", () => {
  const isFolder = (path: string) => [...disk.files.keys()].some((file) => file.startsWith(path.endsWith("\\") ? path : `${path}\\`));
  const stat = (path: string, options?: { readonly throwIfNoEntry?: boolean }) => {
    disk.looks++;
    const text = disk.files.get(path);
    if (text === undefined && !isFolder(path)) {
      if (options?.throwIfNoEntry === false) return undefined;
      throw Object.assign(new Error(`ENOENT ${path}`), { code: "ENOENT" });
    }
    const isFile = text !== undefined;
    return { mtimeMs: 1, size: text?.length ?? 0, isFile: () => isFile, isDirectory: () => !isFile, isFIFO: () => false };
  };
  const open: { path: string; at: number }[] = [];
  const handle = (fd: number) => open[fd] ?? { path: "", at: 0 };
  return {
    statSync: stat,
    fstatSync: (fd: number) => stat(handle(fd).path),
    openSync: (path: string) => open.push({ path, at: 0 }) - 1,
    closeSync: () => undefined,
    readSync: (fd: number, into: Uint8Array) => {
      const file = handle(fd);
      const bytes = Buffer.from(disk.files.get(file.path) ?? "").subarray(file.at);
      into.set(bytes);
      file.at += bytes.length;
      return bytes.length;
    },
    readdirSync: (path: string) => [...disk.files.keys()].flatMap((file) => (win32.dirname(file) === path ? [win32.basename(file)] : [])),
  };
});

const { readFileSync } = await vi.importActual<typeof import("node:fs")>("node:fs");
const stored = (name: string) => JSON.parse(readFileSync(new URL(`../../src/catalog/data/${name}.json`, import.meta.url), "utf8"));
const catalog = createCatalog({
  gpus: () => stored("gpus"),
  instances: () => stored("instances"),
  models: () => stored("models"),
  flags: (engine) => stored(`flags-${engine}`),
  options: (engine) => stored(`options-${engine}`),
  workloads: () => stored("workloads"),
  measuredGpus: [],
  runs: () => ({ sources: {}, groups: [] }),
  prices: () => stored("prices"),
  kernels: (gpu) => stored(`kernels-${gpu}`),
});

describe.each([
  ["a drive", "C:\\Users\\Ann Lee\\serving"],
  ["a share", "\\\\server\\models share\\serving"],
  ["a drive's root", "D:"],
])("%s", (_, folder) => {
  beforeEach(() => {
    disk.files.clear();
    disk.looks = 0;
  });
  it("is searched upwards to its root, and patterns meet paths with slashes", () => {
    disk.files.set(`${folder}\\.inference-lens.yaml`, 'files:\n  "clusters/prod-*/**": { gpu: H200 }\n  "my files/*.yaml": { gpu: L4 }\n');
    const files = new SurroundingsFiles(catalog);
    const gpu = (path: string) => files.find(`${folder}\\${path}`).surroundings.project.gpu;
    expect(gpu("clusters\\prod-a\\eu west\\deploy.yaml")).toBe("H200");
    expect(gpu("my files\\a.yaml")).toBe("L4");
    expect(gpu("other\\a.yaml")).toBeUndefined();
    expect(files.find(`${folder}\\clusters\\a.yaml`).project).toBe(`${folder}\\.inference-lens.yaml`);
  });

  it("with nothing in it ends", () => {
    expect(new SurroundingsFiles(catalog).find(`${folder}\\a\\b\\c.yaml`)).toMatchObject({ project: null, problems: [] });
    expect(disk.looks).toBeLessThan(60);
  });

  it("holds described models", () => {
    disk.files.set(`${folder}\\.inference-lens\\models\\our model.yaml`, "name: ours\nsameAs: Qwen/Qwen3-8B\n");
    const { models } = new SurroundingsFiles(catalog).find(`${folder}\\sub\\deploy.yaml`).surroundings;
    expect(models.get("ours")?.layers).toBe(36);
  });
});
