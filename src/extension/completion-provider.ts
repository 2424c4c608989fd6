import * as vscode from "vscode";
import type { Catalog } from "../catalog/catalog.ts";
import { complete } from "../language/completion.ts";
import { completeProject } from "../language/completion-project.ts";
import type { Completion } from "../language/results.ts";
import { gpusFile } from "../platform/surroundings-files.ts";
import { fromPosition, toRange } from "./convert.ts";
import type { Documents } from "./documents.ts";
import { isProjectFile } from "./languages.ts";

/** Flags, values, models and GPUs, from the catalogue alone: no keystroke goes over the network. */
export class CompletionProvider implements vscode.CompletionItemProvider {
  static readonly triggers: readonly string[] = ["-", "=", "/", " "];

  constructor(
    private readonly documents: Documents,
    private readonly catalog: Catalog,
  ) {}

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    _: vscode.CancellationToken,
    { triggerCharacter }: vscode.CompletionContext,
  ): Promise<vscode.CompletionItem[]> {
    if (isProjectFile(document)) {
      // What a GPU of one's own is like is one of the catalogue's.
      const catalog = document.uri.path.endsWith(`/${gpusFile}`) ? this.catalog : this.documents.catalogFor(document.uri);
      return completeProject(document.getText(), fromPosition(position), catalog).map(itemOf);
    }
    const analysis = this.documents.shown(document);
    if (!analysis) return [];
    const items = complete(document.getText(), fromPosition(position), analysis, this.documents.catalogFor(document.uri));
    // A blank asks for the value of the flag before it: nobody wants all flags behind every word.
    return (triggerCharacter === " " ? items.filter(({ kind }) => kind !== "flag") : items).map(itemOf);
  }
}

function itemOf({ label, insert, back, range, kind, detail, documentation, deprecated, sort }: Completion): vscode.CompletionItem {
  const item = new vscode.CompletionItem(label, kindOf(kind));
  item.insertText = insert;
  if (back > 0) {
    const at = insert.length - back;
    item.insertText = new vscode.SnippetString().appendText(insert.slice(0, at)).appendTabstop(0).appendText(insert.slice(at));
  }
  item.range = toRange(range);
  item.detail = detail;
  item.sortText = sort;
  // The word before the caret holds dashes and slashes that VS Code would not count to it.
  item.filterText = label;
  if (documentation !== "") item.documentation = new vscode.MarkdownString(documentation);
  if (deprecated) item.tags = [vscode.CompletionItemTag.Deprecated];
  if (kind === "flag" && insert !== label) item.command = { title: "", command: "editor.action.triggerSuggest" };
  return item;
}

function kindOf(kind: Completion["kind"]): vscode.CompletionItemKind {
  switch (kind) {
    case "flag":
      return vscode.CompletionItemKind.Property;
    case "directive":
      return vscode.CompletionItemKind.Keyword;
    case "value":
      return vscode.CompletionItemKind.Value;
    case "model":
      return vscode.CompletionItemKind.Class;
    case "gpu":
      return vscode.CompletionItemKind.Constant;
    default: {
      const never: never = kind;
      return never;
    }
  }
}
