import * as vscode from "vscode";
import type { Attachment } from "./attachment.ts";
import { fullId } from "./command-ids.ts";
import { UserFacingError } from "./errors.ts";
import { isSameSubject, type Subject } from "./subject.ts";

/** The attached server a command is about: named by url or deployment, the only one, or the one a person picks. */
export async function chooseAttached(
  all: readonly Attachment[],
  url: string | undefined,
  subject: Subject | undefined,
): Promise<Attachment> {
  const named = all.find((one) => one.url === url) ?? (subject && all.find((one) => isSameSubject(one.subject, subject)));
  const [only] = all;
  if (named) return named;
  if (!only) {
    const action = { title: vscode.l10n.t("Attach"), command: fullId("attach") };
    throw new UserFacingError("nothing-here", vscode.l10n.t("No server is attached."), action);
  }
  if (all.length === 1) return only;
  const items = all.map((attachment) => ({ label: attachment.name, attachment }));
  const choice = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t("Which server?") });
  if (!choice) throw new vscode.CancellationError();
  return choice.attachment;
}
