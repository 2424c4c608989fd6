import * as vscode from "vscode";
import { type BenchmarkFile, type BenchmarkFiles, benchmarkLoads } from "../live/bench/benchmark-files.ts";
import { benchmarkedDeployment } from "../live/bench/benchmarked-deployment.ts";
import { FileError, mebibyte, readTextFile } from "../platform/text-files.ts";
import type { BenchmarkPages } from "./benchmark-pages.ts";
import { benchmarkText } from "./benchmark-text.ts";
import { benchmarkView } from "./benchmark-view.ts";
import { notSettled, today } from "./calibration-offer.ts";
import { UserFacingError } from "./errors.ts";
import { withLoadRuns } from "./load-runs.ts";
import type { Subject } from "./subject.ts";
import { translated } from "./translate.ts";

/** Results that are read in the editor; longer ones are for the command line. */
const mostBytes = 64 * mebibyte;

/** Lays the results of a load generator beside the simulation of the same loads, on a page that offers to keep the correction that explains them. */
export class Benchmarks {
  constructor(
    private readonly extension: vscode.Uri,
    private readonly pages: BenchmarkPages,
  ) {}

  async importBenchmark({ document, analysis }: Subject): Promise<void> {
    const { deployment, settled, memory } = analysis;
    if (!settled) throw notSettled(analysis);
    if (memory.some((plan) => !plan.fits)) {
      throw new UserFacingError(
        "nothing-here",
        vscode.l10n.t("This deployment does not fit its GPUs, so nothing can be simulated beside it."),
      );
    }
    const files = readLoads(await chosenFiles());
    const title = vscode.l10n.t("Simulating {0} under the load of its benchmark", deployment.name);
    const compared = await withLoadRuns(this.extension, title, (simulate) =>
      benchmarkedDeployment(files.loads, { deployment, settled, source: "bench", date: today(), version: null, simulate }),
    );
    const { name, anchor } = deployment;
    const place = `${document.uri.path.split("/").at(-1) ?? ""}:${anchor.start.line + 1}`;
    const markdown = benchmarkText(name, compared, files.problems);
    const view = benchmarkView({ name, place, line: anchor.start.line }, compared, files.problems, markdown);
    await this.pages.show(document.uri, deployment.id, { view, timing: compared.measured.timing ?? null });
  }
}

/** The loads of the files; where none holds one, the first reason. */
function readLoads(files: readonly BenchmarkFile[]): BenchmarkFiles {
  const read = benchmarkLoads(files);
  const [first] = read.problems;
  if (read.loads.length > 0) return read;
  const words = first ? translated(first.message) : vscode.l10n.t("No load was found in these files.");
  throw new UserFacingError("input", first && first.file !== "" ? `${first.file}${lineWords(first.line)}: ${words}` : words);
}

function lineWords(line: number | null): string {
  return line === null ? "" : `:${line + 1}`;
}

async function chosenFiles(): Promise<readonly BenchmarkFile[]> {
  const file = { label: vscode.l10n.t("Result files…"), way: "file" };
  const pasted = { label: vscode.l10n.t("From the clipboard"), way: "pasted" };
  const choice = await vscode.window.showQuickPick([file, pasted], { placeHolder: vscode.l10n.t("Where is the result of the benchmark?") });
  if (!choice) throw new vscode.CancellationError();
  if (choice === pasted) return [{ name: vscode.l10n.t("clipboard"), text: await vscode.env.clipboard.readText() }];
  const uris = await vscode.window.showOpenDialog({ canSelectMany: true, openLabel: vscode.l10n.t("Read these results") });
  if (!uris || uris.length === 0) throw new vscode.CancellationError();
  return uris.map((uri) => {
    const name = uri.path.split("/").at(-1) ?? uri.path;
    try {
      return { name, text: readTextFile(uri.fsPath, mostBytes) };
    } catch (error) {
      if (error instanceof FileError) throw new UserFacingError("file", `${name} ${error.message}.`);
      throw error;
    }
  });
}
