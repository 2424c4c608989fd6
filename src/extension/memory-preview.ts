import * as vscode from "vscode";
import type { Edit } from "../deployment/text.ts";
import { applyEdits } from "../language/edits.ts";

const scheme = "inference-lens-preview";

/** The text that a change would leave, beside the one there is, in the diff editor. */
export class MemoryPreview implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly subscriptions: readonly vscode.Disposable[];

  constructor() {
    this.subscriptions = [
      vscode.workspace.registerTextDocumentContentProvider(scheme, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === scheme) this.texts.delete(uri.toString());
      }),
    ];
  }

  async show(document: vscode.TextDocument, edits: readonly Edit[], title: string): Promise<void> {
    const { uri } = document;
    const text = applyEdits(document.getText(), edits);
    if (text === undefined) return;
    const changed = vscode.Uri.from({ scheme, path: uri.path, query: JSON.stringify([uri.toString(), title]) });
    this.texts.set(changed.toString(), text);
    this.changed.fire(changed);
    await vscode.commands.executeCommand("vscode.diff", uri, changed, title, { preview: true });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? "";
  }

  dispose(): void {
    for (const one of this.subscriptions) one.dispose();
    this.changed.dispose();
    this.texts.clear();
  }
}
