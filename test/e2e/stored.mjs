import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { deserialize } from "node:v8";

/** The report that the worker made last, as the extension keeps it for the next reload. */
export function lastReport(profile) {
  const files = binaries(join(profile, "data")).sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  return files[0] ? deserialize(readFileSync(files[0])).stored : undefined;
}

function binaries(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => /[\\/]reports[\\/][0-9a-f]+\.bin$/.test(path));
}
