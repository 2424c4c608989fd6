import * as vscode from "vscode";
import { type OutlineItem, outline } from "../language/symbols.ts";
import { toRange } from "./convert.ts";
import type { Documents } from "./documents.ts";

/** Outline, breadcrumbs and Go to Symbol: deployments, pools, engines, and what they are made of. */
export class Outline implements vscode.DocumentSymbolProvider {
  static readonly metadata: vscode.DocumentSymbolProviderMetadata = { label: "Inference Lens" };

  constructor(private readonly documents: Documents) {}

  async provideDocumentSymbols(document: vscode.TextDocument): Promise<vscode.DocumentSymbol[]> {
    const analysis = this.documents.shown(document);
    return analysis ? outline(analysis).map(symbolOf) : [];
  }
}

function symbolOf({ kind, name, detail, range, selection, children }: OutlineItem): vscode.DocumentSymbol {
  const symbol = new vscode.DocumentSymbol(name, detail, kindOf(kind), toRange(range), toRange(selection));
  symbol.children = children.map(symbolOf);
  return symbol;
}

function kindOf(kind: OutlineItem["kind"]): vscode.SymbolKind {
  switch (kind) {
    case "deployment":
      return vscode.SymbolKind.Package;
    case "pool":
      return vscode.SymbolKind.Namespace;
    case "engine":
      return vscode.SymbolKind.Module;
    case "model":
      return vscode.SymbolKind.Class;
    case "size":
      return vscode.SymbolKind.Number;
    case "gpus":
      return vscode.SymbolKind.Array;
    default: {
      const never: never = kind;
      return never;
    }
  }
}
