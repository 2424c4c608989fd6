import * as vscode from "vscode";
import type { Message } from "../deployment/message.ts";

/** A lens may begin with an icon or sign and the blank behind it: neither is language. */
const leadingIcon = /^((?:\$\([\w~-]+\)|≈)\u2002)?([\s\S]*)$/;

/** The sentence in the editor's language, slots filled. */
export function translated({ text, args }: Message): string {
  const [, icon = "", words = text] = leadingIcon.exec(text) ?? [];
  const slots = args.map((slot) => (typeof slot === "object" ? translated(slot) : slot));
  return icon + (words === "" ? "" : vscode.l10n.t(words, ...slots));
}
