import { existsSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Measurement, wallMilliseconds } from "./measure.ts";

/** Loading of the extension's built entry, the editor's own module stood in for; nothing where it is not built. */
export function activatePart(): readonly Measurement[] {
  const entry = join(process.cwd(), "dist/extension.js");
  if (!existsSync(entry)) return [];
  const load = createRequire(entry);
  const Module: { _load: (name: string, ...rest: unknown[]) => unknown } = load("node:module");
  const original = Module._load;
  const editor = standIn();
  Module._load = (name, ...rest) => (name === "vscode" ? editor : original(name, ...rest));
  const value = wallMilliseconds(() => load(entry));
  Module._load = original;
  return [{ name: "loading the extension's entry", value, unit: "ms", limit: 100 }];
}

/** Whatever is read from it, called or constructed gives the same again: enough for code that only names the editor's parts. */
function standIn(): unknown {
  const any: unknown = new Proxy(class {}, {
    get: (_, key) => (key === Symbol.toPrimitive ? () => "" : any),
    apply: () => any,
    construct: () => ({}),
  });
  return any;
}

/** Sizes of what is built, largest first. */
export function bundleSizes(dist: string): readonly string[] {
  const names = existsSync(dist) ? readdirSync(dist).filter((name) => /\.(js|css)$/.test(name)) : [];
  if (names.length === 0) return ["No bundles in dist/: run npm run build first."];
  return names
    .map((name) => ({ name, bytes: statSync(join(dist, name)).size }))
    .sort((a, b) => b.bytes - a.bytes)
    .map(({ name, bytes }) => `${`dist/${name}`.padEnd(64)} ${(bytes / 1024).toFixed(0).padStart(8)} KiB`);
}
