import * as vscode from "vscode";
import type { FromReportView } from "../protocol/report-view.ts";
import { save } from "./page-requests.ts";
import { standaloneHtml } from "./standalone-html.ts";

type PageRequest = Extract<FromReportView, { kind: "save-page" }>;

/** A page as a file that needs nothing else: its style sheet and the editor's colours go with it, and it fetches nothing. */
export async function saveStandalonePage(request: PageRequest, extension: vscode.Uri, beside: vscode.Uri): Promise<void> {
  const sheet = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(extension, "dist", "report.css"));
  const html = standaloneHtml(request, new TextDecoder().decode(sheet));
  await save(request.name, new TextEncoder().encode(html), beside);
}
