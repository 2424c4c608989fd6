import * as vscode from "vscode";
import type { ReportControls } from "../protocol/report-view.ts";
import { likeText } from "../simulation/workload/like-text.ts";
import { projectFolder } from "./project-folder.ts";
import { knownParts, type Loads } from "./workload-choice.ts";

/** Keeps the load that a report page's controls ask for as a workload of the project, under a name that a person gives. */
export async function saveLoad(document: vscode.Uri, controls: ReportControls, loads: Loads): Promise<void> {
  const known = knownParts(loads, controls.workload);
  if (!known) return;
  const taken = new Set(loads.catalog.workloads().map((one) => one.toLowerCase()));
  const typed = await vscode.window.showInputBox({
    prompt: vscode.l10n.t("Name of the workload; it is written to .inference-lens/workloads/"),
    value: freeName(controls.workload, taken),
    validateInput: (text) => nameProblem(text.trim(), taken),
    ignoreFocusOut: true,
  });
  if (typed === undefined) return;
  const name = typed.trim();
  const text = likeText({
    name,
    source: vscode.l10n.t("{0}, changed on the report page", controls.workload),
    like: controls.workload,
    ratePerSecond: controls.ratePerSecond,
    was: known.parts,
    parts: controls.load ?? known.parts,
  });
  const target = vscode.Uri.joinPath(projectFolder(document), "workloads", `${name}.yaml`);
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
  vscode.window.setStatusBarMessage(vscode.l10n.t("The workload {0} can be chosen wherever one is asked for", name), 8000);
}

function nameProblem(name: string, taken: ReadonlySet<string>): string | undefined {
  if (!/^[\w][\w.-]{0,60}$/.test(name)) return vscode.l10n.t("Letters, digits, dots and dashes, such as chat-bursts");
  return taken.has(name.toLowerCase()) ? vscode.l10n.t("There is a workload of this name") : undefined;
}

function freeName(base: string, taken: ReadonlySet<string>): string {
  let number = 2;
  while (taken.has(`${base}-${number}`.toLowerCase())) number++;
  return `${base}-${number}`;
}
