import * as vscode from "vscode";
import { hover } from "../language/hover.ts";
import { commandIds, fullId } from "./command-ids.ts";
import { fromPosition, toRange } from "./convert.ts";
import type { Documents } from "./documents.ts";

/** What a word means and what follows from it. Links run our own commands and nothing else. */
export class HoverProvider implements vscode.HoverProvider {
  constructor(private readonly documents: Documents) {}

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    const analysis = this.documents.analysis(document);
    const uri = document.uri.toString();
    const card = analysis && hover(analysis, fromPosition(position), { catalog: this.documents.catalogFor(document.uri), uri });
    if (!card) return undefined;
    const text = new vscode.MarkdownString(card.markdown, true);
    text.isTrusted = { enabledCommands: commandIds.map(fullId) };
    return new vscode.Hover(text, toRange(card.range));
  }
}
