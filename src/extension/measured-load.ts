import * as vscode from "vscode";
import { measuredWorkload } from "../live/workload/measured-workload.ts";
import { measuredName, workloadText } from "../live/workload/write-workload.ts";
import type { Attachment } from "./attachment.ts";
import { today } from "./calibration-offer.ts";
import { UserFacingError } from "./errors.ts";
import { projectFolder } from "./project-folder.ts";
import type { VirtualTexts } from "./virtual-texts.ts";

/** Keeps the load that an attached server is under as a workload of the project, once a person saw the file as it would be. */
export async function keepLoad(attachment: Attachment, texts: VirtualTexts): Promise<void> {
  const load = measuredWorkload(attachment.window(), attachment.series.points);
  if (load === "not-offered") {
    throw new UserFacingError("nothing-here", vscode.l10n.t("The server does not tell how many requests and tokens it served."));
  }
  if (typeof load === "string") throw new UserFacingError("nothing-here", vscode.l10n.t("No request finished in the last minutes."));
  const document = attachment.subject?.document.uri;
  if (!document) throw new UserFacingError("nothing-here", vscode.l10n.t("This server was attached without a deployment."));
  const folder = vscode.Uri.joinPath(projectFolder(document), "workloads");
  const taken = await namesIn(folder);
  const date = today();
  const name = measuredName(date, (one) => taken.has(`${one}.yaml`));
  const text = workloadText(load, { name, from: attachment.name, date });
  const shown = await vscode.workspace.openTextDocument(texts.put(`/workload/${name}.yaml`, text));
  await vscode.window.showTextDocument(shown, { preview: true });
  const target = vscode.Uri.joinPath(folder, `${name}.yaml`);
  const write = vscode.l10n.t("Write the file");
  if ((await vscode.window.showInformationMessage(vscode.l10n.t("{0} would be written.", target.fsPath), write)) !== write) return;
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
  vscode.window.setStatusBarMessage(vscode.l10n.t("The workload {0} can be chosen wherever one is asked for", name), 8000);
}

/** Names of the files that are there; none where there is no folder. */
async function namesIn(folder: vscode.Uri): Promise<ReadonlySet<string>> {
  try {
    return new Set((await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name));
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === "FileNotFound") return new Set();
    throw error;
  }
}
