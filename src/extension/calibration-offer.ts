import * as vscode from "vscode";
import type { Message } from "../deployment/message.ts";
import type { CalibrationOwner, WrittenCalibration } from "../deployment/write-calibration.ts";
import type { DeploymentAnalysis } from "../language/results.ts";
import { calibrationPlace, calibrationText, writeCalibration } from "../platform/calibration-files.ts";
import { FileError } from "../platform/text-files.ts";
import { UserFacingError } from "./errors.ts";
import { translated } from "./translate.ts";
import type { VirtualTexts } from "./virtual-texts.ts";

/** Puts what was measured into the text of a calibration. */
export type IntoCalibration = (existing: string, owner: CalibrationOwner) => WrittenCalibration;

/** Shows the file as it would be beside the one there is; the second click writes it. */
export async function offerCalibration(texts: VirtualTexts, file: vscode.Uri, deployment: string, into: IntoCalibration): Promise<void> {
  if (file.scheme !== "file") throw new UserFacingError("file", vscode.l10n.t("Figures are kept beside a file: save it first."));
  const place = calibrationPlace(file.fsPath, deployment);
  const before = existing(place.path);
  const { text, problem } = into(before, { file: place.file, deployment });
  if (text === undefined) throw unwritable(problem, place.path);
  const name = place.path.split(/[\\/]/).at(-1) ?? place.path;
  const show = vscode.l10n.t("Show what would be kept");
  const asked = vscode.l10n.t("Keep these figures as the calibration of {0}?", deployment);
  if ((await vscode.window.showInformationMessage(asked, show)) !== show) return;
  const [left, right] = [texts.put(`/before/${name}`, before), texts.put(`/after/${name}`, text)];
  await vscode.commands.executeCommand("vscode.diff", left, right, vscode.l10n.t("{0}: as it would be", name), { preview: true });
  const write = vscode.l10n.t("Write the file");
  if ((await vscode.window.showInformationMessage(vscode.l10n.t("{0} would be written.", place.path), write)) !== write) return;
  writeCalibration(place.path, text);
  vscode.window.setStatusBarMessage(vscode.l10n.t("Written: {0}", name), 5000);
}

/** `2026-11-28`, as this machine counts days. */
export function today(): string {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

/** Why nothing can be laid beside a deployment. */
export function notSettled({ settlement }: DeploymentAnalysis): UserFacingError {
  const [missing] = settlement.missing ?? [];
  const words = missing ? translated(missing.message) : vscode.l10n.t("This file holds no deployment that Inference Lens can read.");
  return new UserFacingError("nothing-here", words);
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
