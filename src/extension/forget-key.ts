import * as vscode from "vscode";
import type { EditorConnections } from "./editor-connections.ts";
import { UserFacingError } from "./errors.ts";
import type { Tokens } from "./tokens.ts";

interface ForgetItem extends vscode.QuickPickItem {
  readonly forget: () => Promise<void>;
}

/** Lets a person take back a key, or an exception that was made for a host. */
export async function forgetKey(tokens: Tokens, connections: EditorConnections): Promise<void> {
  const keys = tokens.origins().map((origin): ForgetItem => {
    return { label: origin, description: vscode.l10n.t("key"), forget: () => tokens.forget(origin) };
  });
  const exceptions = connections.exceptions().map((origin): ForgetItem => {
    return { label: origin, description: vscode.l10n.t("trusted without proof"), forget: () => connections.takeBack(origin) };
  });
  const items = [...keys, ...exceptions];
  if (items.length === 0) throw new UserFacingError("nothing-here", vscode.l10n.t("No key is kept, and no host is trusted without proof."));
  const chosen = await vscode.window.showQuickPick(items, { canPickMany: true, placeHolder: vscode.l10n.t("What should be forgotten?") });
  for (const { forget } of chosen ?? []) await forget();
}
