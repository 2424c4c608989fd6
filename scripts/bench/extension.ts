import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Measured, median } from "./measure.ts";

/** Loading of the extension's entry in a fresh process, with an empty stand-in for the editor's own module. */
export function activationTime(dist: string): readonly Measured[] {
  const entry = join(dist, "extension.js");
  if (!existsSync(entry)) {
    console.log("dist/extension.js is not built (npm run build): its loading is not measured.");
    return [];
  }
  const value = median(3, () => {
    const { stdout, status, stderr } = spawnSync(process.execPath, ["-e", loading(entry)], { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    return Number(stdout.trim());
  });
  return [{ name: "load the extension's entry", value, unit: "ms", bar: 100 }];
}

/** Anything may be asked of the stand-in: reading, calling and constructing give the stand-in again. */
function loading(entry: string): string {
  return `
    const Module = require("node:module");
    const load = Module._load;
    const any = new Proxy(class {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => "" : any), apply: () => any, construct: () => ({}) });
    Module._load = (name, ...rest) => (name === "vscode" ? any : load(name, ...rest));
    const begin = performance.now();
    require(${JSON.stringify(entry)});
    console.log(performance.now() - begin);
  `;
}

/** Sizes of the bundles, largest first. */
export function bundleSizes(dist: string): readonly string[] {
  if (!existsSync(dist)) return [];
  const files = readdirSync(dist)
    .filter((name) => name.endsWith(".js"))
    .map((name) => ({ name, bytes: statSync(join(dist, name)).size }))
    .sort((a, b) => b.bytes - a.bytes);
  return files.map(({ name, bytes }) => `dist/${name}: ${bytes.toLocaleString("en")} bytes`);
}
