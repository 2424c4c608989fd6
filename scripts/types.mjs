// Type-checks the three worlds: pure rooms (no DOM, no Node), hosts and tests (Node, vscode), webview (DOM).
import { spawnSync } from "node:child_process";

let failed = false;
for (const project of ["tsconfig.json", "tsconfig.host.json", "webview/tsconfig.json"]) {
  const run = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", project, "--noEmit"], { stdio: "inherit" });
  failed ||= run.status !== 0;
}
process.exit(failed ? 1 : 0);
