import * as vscode from "vscode";
import type { Model } from "../catalog/facts.ts";
import { duration } from "../catalog/quantity.ts";
import type { Settled, SettledPool } from "../deployment/settled.ts";
import { withMemory, withTiming } from "../deployment/write-calibration.ts";
import type { DeploymentAnalysis } from "../language/results.ts";
import { benchmarkedDeployment, type ComparedLoad, type MeasuredSteps } from "../live/bench/benchmarked-deployment.ts";
import { liveLoad } from "../live/bench/live-load.ts";
import { type MeasuredServer, measuredServer } from "../live/running/measured-server.ts";
import { loggedDeployment } from "../live/starts/logged-deployment.ts";
import type { StartLog } from "../live/starts/start-log.ts";
import type { FetchText } from "../platform/http.ts";
import { isHttpError } from "../platform/http-error.ts";
import { readServerInfo } from "../platform/server-info.ts";
import { FileError, mebibyte, readTextFile } from "../platform/text-files.ts";
import { redactUrl } from "../platform/url.ts";
import type { Attachment } from "./attachment.ts";
import { notSettled, offerCalibration, today } from "./calibration-offer.ts";
import { UserFacingError } from "./errors.ts";
import { withLoadRuns } from "./load-runs.ts";
import type { Log } from "./log.ts";
import type { MemoryPages } from "./memory-pages.ts";
import { report as tellFailure } from "./register-command.ts";
import type { Subject } from "./subject.ts";
import type { Tokens } from "./tokens.ts";
import { translated } from "./translate.ts";
import type { VirtualTexts } from "./virtual-texts.ts";

/** Logs that are read in the editor; longer ones are for the command line. */
const mostBytes = 128 * mebibyte;

/** Takes what a run measured, from its log or from a live server, and keeps it beside the project after a person saw what would be written. */
export class Calibrations implements vscode.Disposable {
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly extension: vscode.Uri,
    private readonly memory: MemoryPages,
    private readonly texts: VirtualTexts,
    private readonly tokens: Tokens,
    private readonly fetchText: FetchText,
    log: Log,
  ) {
    // The comparison is what was asked for; the offer waits beside it for as long as a person likes.
    this.subscription = memory.onDidCompare(({ subject, log: start }) => {
      this.offerLog(subject, start).catch((error: unknown) => tellFailure("calibrate", error, log));
    });
  }

  /** Asks for a start-up log and shows it beside the prediction. */
  async importLog(subject: Subject): Promise<void> {
    const { name, text } = await chosenLog();
    await this.memory.compare(subject, name, text);
  }

  /** Keeps what an attached server tells of its memory, and how its steps differ from the predicted ones under its load. */
  async fromServer(attachment: Attachment): Promise<void> {
    const { subject } = attachment;
    if (!subject) throw new UserFacingError("nothing-here", vscode.l10n.t("This server was attached without a deployment."));
    const { settled, deployment } = subject.analysis;
    const pool = settled?.pools[0];
    if (!settled || !pool) throw notSettled(subject.analysis);
    const memory = await this.serverMemory(attachment, settled.model, pool);
    const timing = await this.serverTiming(attachment, subject.analysis, settled);
    if (memory.problem && timing.problem) {
      throw new UserFacingError("nothing-here", `${translated(memory.problem)}. ${translated(timing.problem)}.`);
    }
    await offerCalibration(this.texts, subject.document.uri, deployment.id, (existing, owner) => {
      const first = memory.memory ? withMemory(existing, { ...owner, memory: memory.memory, evidence: [] }) : { text: existing };
      return first.text !== undefined && timing.timing ? withTiming(first.text, { ...owner, timing: timing.timing }) : first;
    });
  }

  dispose(): void {
    this.subscription.dispose();
  }

  /** Offers to keep what a log measured. */
  private async offerLog({ document, analysis }: Subject, log: StartLog): Promise<void> {
    const { deployment, settled } = analysis;
    if (!settled) throw notSettled(analysis);
    const logged = loggedDeployment(log, settled, deployment.model?.value.name ?? null, today());
    if (!logged) return;
    const { measured } = logged;
    if (measured.problem) {
      void vscode.window.showInformationMessage(vscode.l10n.t("Not kept: {0}", translated(measured.problem)));
      return;
    }
    const { memory, evidence } = measured;
    await offerCalibration(this.texts, document.uri, deployment.id, (existing, owner) =>
      withMemory(existing, { ...owner, memory, evidence }),
    );
  }

  private async serverMemory(attachment: Attachment, model: Model, pool: SettledPool): Promise<MeasuredServer> {
    const { url, last, version } = attachment;
    const serverInfo = pool.budget.engine === "sglang" ? await this.serverInfo(url) : null;
    return measuredServer({ version, cacheConfig: last?.snapshot?.cacheConfig, serverInfo }, model, pool, today());
  }

  private async serverTiming(attachment: Attachment, { deployment }: DeploymentAnalysis, settled: Settled): Promise<MeasuredSteps> {
    const date = today();
    const measured = liveLoad(attachment.window(), attachment.series.points, { from: redactUrl(attachment.url), date });
    if (!measured.load) return measured;
    const { load } = measured;
    const title = vscode.l10n.t("Simulating {0} under the load of its server", deployment.name);
    const context = { deployment, settled, source: "live" as const, date, version: attachment.version };
    const { loads, measured: steps } = await withLoadRuns(this.extension, title, (simulate) =>
      benchmarkedDeployment([load], { ...context, simulate }),
    );
    if (steps.timing) tellChange(loads);
    return steps;
  }

  private async serverInfo(url: string): Promise<unknown> {
    try {
      return await readServerInfo(this.fetchText, url, await this.tokens.get(url));
    } catch (error) {
      if (isHttpError(error)) throw new UserFacingError("network", translated(error.words));
      throw error;
    }
  }
}

/** What the correction would change in the predictions, before anything is kept. */
function tellChange([load]: readonly ComparedLoad[]): void {
  const before = load?.rows.find(({ metric }) => metric === "tpot");
  const after = load?.corrected.find(({ metric }) => metric === "tpot");
  if (!before || !after || before.measured === null) return;
  const [corrected, predicted, measured] = [after.predicted, before.predicted, before.measured].map(duration);
  void vscode.window.showInformationMessage(
    vscode.l10n.t(
      "A token would be predicted to take {0} instead of {1}; {2} were measured.",
      corrected ?? "",
      predicted ?? "",
      measured ?? "",
    ),
  );
}

interface ChosenLog {
  /** Empty for a pasted one. */
  readonly name: string;
  readonly text: string;
}

async function chosenLog(): Promise<ChosenLog> {
  const file = { label: vscode.l10n.t("A log file…"), way: "file" };
  const pasted = { label: vscode.l10n.t("From the clipboard"), way: "pasted" };
  const choice = await vscode.window.showQuickPick([file, pasted], { placeHolder: vscode.l10n.t("Where is the engine's start-up log?") });
  if (!choice) throw new vscode.CancellationError();
  if (choice === pasted) return { name: "", text: await vscode.env.clipboard.readText() };
  const [uri] = (await vscode.window.showOpenDialog({ canSelectMany: false, openLabel: vscode.l10n.t("Read this log") })) ?? [];
  if (!uri) throw new vscode.CancellationError();
  const name = uri.path.split("/").at(-1) ?? uri.path;
  try {
    return { name, text: readTextFile(uri.fsPath, mostBytes) };
  } catch (error) {
    if (error instanceof FileError) throw new UserFacingError("file", `${name} ${error.message}.`);
    throw error;
  }
}
