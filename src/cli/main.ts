import { join } from "node:path";
import { loadCatalog } from "../platform/catalog-files.ts";
import { SurroundingsFiles } from "../platform/surroundings-files.ts";
import { runProgram } from "./program.ts";

// A reader that has seen enough (`| head`) closes the pipe: that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

const catalog = loadCatalog(join(__dirname, "catalog"));
runProgram(process.argv.slice(2), { catalog, files: new SurroundingsFiles(catalog) }).then(
  (exit) => {
    process.exitCode = exit;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 70;
  },
);
