import * as vscode from "vscode";
import type { MeasuredMemory } from "../deployment/calibration.ts";
import type { Message } from "../deployment/message.ts";
import { withMemory } from "../deployment/write-calibration.ts";
import { measuredServer } from "../live/measured-server.ts";
import { loggedDeployment } from "../live/starts/logged-deployment.ts";
import type { StartLog } from "../live/starts/start-log.ts";
import { calibrationPlace, calibrationText, writeCalibration } from "../platform/calibration-files.ts";
import { fetchText } from "../platform/http.ts";
import { isHttpError } from "../platform/http-error.ts";
import { readServerInfo } from "../platform/server-info.ts";
import { FileError, mebibyte, readTextFile } from "../platform/text-files.ts";
import type { Attachment } from "./attachment.ts";
import { UserFacingError } from "./errors.ts";
import type { Log } from "./log.ts";
import type { MemoryPages } from "./memory-pages.ts";
import { report as tellFailure } from "./register-command.ts";
import type { Subject } from "./subject.ts";
import type { Tokens } from "./tokens.ts";
import { translated } from "./translate.ts";
import type { VirtualTexts } from "./virtual-texts.ts";

/** Logs that are read in the editor; longer ones are for the command line. */
const mostBytes = 128 * mebibyte;

interface Measured {
  readonly memory: MeasuredMemory;
  readonly evidence: readonly string[];
}

/** Takes what a run measured, from its log or from a live server, and keeps it beside the project after a person saw what would be written. */
export class Calibrations implements vscode.Disposable {
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly memory: MemoryPages,
    private readonly texts: VirtualTexts,
    private readonly tokens: Tokens,
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

  /** Keeps what an attached server tells of its memory now. */
  async fromServer(attachment: Attachment): Promise<void> {
    const { subject, url, last } = attachment;
    if (!subject) throw new UserFacingError("nothing-here", vscode.l10n.t("This server was attached without a deployment."));
    const { settled, deployment } = subject.analysis;
    const pool = settled?.pools[0];
    if (!settled || !pool) throw notSettled(subject.analysis);
    const serverInfo = pool.budget.engine === "sglang" ? await this.serverInfo(url) : null;
    const facts = { version: attachment.version, cacheConfig: last?.snapshot?.cacheConfig, serverInfo };
    const measured = measuredServer(facts, settled.model, pool, today());
    if (measured.problem) throw new UserFacingError("nothing-here", translated(measured.problem));
    await this.offer(subject.document.uri, deployment.id, { memory: measured.memory, evidence: [] });
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
    await this.offer(document.uri, deployment.id, measured);
  }

  private async serverInfo(url: string): Promise<unknown> {
    try {
      return await readServerInfo(fetchText, url, await this.tokens.get(url));
    } catch (error) {
      if (isHttpError(error)) throw new UserFacingError("network", error.message);
      throw error;
    }
  }

  /** Shows the file as it would be beside the one there is; the second click writes it. */
  private async offer(file: vscode.Uri, deployment: string, { memory, evidence }: Measured): Promise<void> {
    if (file.scheme !== "file") throw new UserFacingError("file", vscode.l10n.t("Figures are kept beside a file: save it first."));
    const place = calibrationPlace(file.fsPath, deployment);
    const before = existing(place.path);
    const { text, problem } = withMemory(before, { file: place.file, deployment, memory, evidence });
    if (text === undefined) throw unwritable(problem, place.path);
    const name = place.path.split(/[\\/]/).at(-1) ?? place.path;
    const show = vscode.l10n.t("Show what would be kept");
    const asked = vscode.l10n.t("Keep these figures as the calibration of {0}?", deployment);
    if ((await vscode.window.showInformationMessage(asked, show)) !== show) return;
    const [left, right] = [this.texts.put(`/before/${name}`, before), this.texts.put(`/after/${name}`, text)];
    await vscode.commands.executeCommand("vscode.diff", left, right, vscode.l10n.t("{0}: as it would be", name), { preview: true });
    const write = vscode.l10n.t("Write the file");
    if ((await vscode.window.showInformationMessage(vscode.l10n.t("{0} would be written.", place.path), write)) !== write) return;
    writeCalibration(place.path, text);
    vscode.window.setStatusBarMessage(vscode.l10n.t("Written: {0}", name), 5000);
  }
}

/** `2026-11-28`, as this machine counts days. */
function today(): string {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

function existing(path: string): string {
  try {
    return calibrationText(path);
  } catch (error) {
    if (error instanceof FileError) throw new UserFacingError("file", `${path} ${error.message}.`);
    throw error;
  }
}

function unwritable(problem: Message, path: string): UserFacingError {
  const action = { title: vscode.l10n.t("Open it"), command: "vscode.open", args: [vscode.Uri.file(path)] };
  return new UserFacingError("file", translated(problem), action);
}

function notSettled({ settlement }: Subject["analysis"]): UserFacingError {
  const [missing] = settlement.missing ?? [];
  const words = missing ? translated(missing.message) : vscode.l10n.t("This file holds no deployment that Inference Lens can read.");
  return new UserFacingError("nothing-here", words);
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
