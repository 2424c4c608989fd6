import type * as vscode from "vscode";
import { definitionAt } from "../language/definition.ts";
import { fromPosition, toRange } from "./convert.ts";
import type { Documents } from "./documents.ts";

/** From `$(NAME)` to where it is set, from an object's name to the object. */
export class DefinitionProvider implements vscode.DefinitionProvider {
  constructor(private readonly documents: Documents) {}

  async provideDefinition(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.DefinitionLink[]> {
    if (!this.documents.analysis(document)) return [];
    const found = definitionAt(document.getText(), fromPosition(position));
    if (!found) return [];
    const target = toRange(found.target);
    return [{ originSelectionRange: toRange(found.origin), targetUri: document.uri, targetRange: target, targetSelectionRange: target }];
  }
}
