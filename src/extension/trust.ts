import * as vscode from "vscode";
import { UserFacingError } from "./errors.ts";

/** Throws where the workspace is not trusted. */
export function refuseUntrusted(): void {
  if (vscode.workspace.isTrusted) return;
  throw new UserFacingError(
    "untrusted",
    vscode.l10n.t("Attaching needs a trusted workspace: its address may come from a file of this workspace."),
    {
      title: vscode.l10n.t("Manage trust"),
      command: "workbench.trust.manage",
    },
  );
}
