import * as vscode from "vscode";
import type { Edit } from "../deployment/text.ts";
import { applyEdits } from "../language/edits.ts";

const scheme = "inference-lens-text";

/** Texts that are shown and written nowhere until a person says so. */
export class VirtualTexts implements vscode.TextDocumentContentProvider, vscode.Disposable {
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

  /** The address at which the text can be shown. */
  put(path: string, text: string): vscode.Uri {
    const uri = vscode.Uri.from({ scheme, path });
    this.texts.set(uri.toString(), text);
    this.changed.fire(uri);
    return uri;
  }

  /** The text that edits would leave, beside the one there is. */
  async preview(document: vscode.TextDocument, edits: readonly Edit[], title: string): Promise<void> {
    const { uri } = document;
    const text = applyEdits(document.getText(), edits);
    if (text === undefined) return;
    await vscode.commands.executeCommand("vscode.diff", uri, this.put(`/preview${uri.path}`, text), title, { preview: true });
  }

  /** The same the other way round: what stands on the left can be taken over into the file, change by change. */
  async beside(document: vscode.TextDocument, edits: readonly Edit[], title: string): Promise<void> {
    const { uri } = document;
    const text = applyEdits(document.getText(), edits);
    if (text === undefined) return;
    await vscode.commands.executeCommand("vscode.diff", this.put(`/beside${uri.path}`, text), uri, title);
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
