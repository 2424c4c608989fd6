import * as vscode from "vscode";

export type ProblemsByFile = ReadonlyMap<string, readonly vscode.Diagnostic[]>;

/** Problems shown in the file they stand in. Several documents may find them there, one of them twice the same as another. */
export class ProblemBoard implements vscode.Disposable {
  private readonly collection: vscode.DiagnosticCollection;
  private readonly bySource = new Map<string, ProblemsByFile>();

  constructor(name: string) {
    this.collection = vscode.languages.createDiagnosticCollection(name);
  }

  /** What reading one document found, in place of what it found before. */
  set(source: string, found: ProblemsByFile): void {
    const before = this.bySource.get(source);
    this.bySource.set(source, found);
    for (const file of new Set([...(before?.keys() ?? []), ...found.keys()])) this.show(file);
  }

  delete(source: string): void {
    const before = this.bySource.get(source);
    this.bySource.delete(source);
    for (const file of before?.keys() ?? []) this.show(file);
  }

  dispose(): void {
    this.collection.dispose();
  }

  private show(file: string): void {
    const seen = new Map<string, vscode.Diagnostic>();
    for (const found of this.bySource.values()) {
      for (const one of found.get(file) ?? []) seen.set(JSON.stringify([one.range, one.code, one.message]), one);
    }
    this.collection.set(vscode.Uri.parse(file, true), [...seen.values()]);
  }
}
