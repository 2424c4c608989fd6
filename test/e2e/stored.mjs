import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { deserialize } from "node:v8";
import { until } from "./driver.mjs";

/** The report that the worker made last, as the extension keeps it for the next reload; waited for while it is being written. */
export function lastReport(profile) {
  return until("a whole stored report", () => {
    const files = binaries(join(profile, "data")).sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
    return files[0] && deserialize(readFileSync(files[0])).stored;
  });
}

function binaries(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => /[\\/]reports[\\/][0-9a-f]+\.bin$/.test(path));
}
