import type { SecretStorage } from "vscode";
import * as vscode from "vscode";
import { hostsOf } from "../platform/url.ts";

/** Keys of servers and of the model hub, in the editor's secret storage, one an origin. */
export class Tokens {
  constructor(private readonly secrets: SecretStorage) {}

  async get(url: string): Promise<string | undefined> {
    return this.secrets.get(nameOf(url));
  }

  /** Asks a person and keeps the answer; undefined where none was given. An empty answer forgets the key. */
  async ask(url: string): Promise<string | undefined> {
    const prompt = vscode.l10n.t("Key for {0}. It is kept in the secret storage and sent to this host only.", hostsOf(url));
    const token = await vscode.window.showInputBox({ prompt, password: true, ignoreFocusOut: true });
    if (token === undefined) return undefined;
    if (token.trim() === "") await this.secrets.delete(nameOf(url));
    else await this.secrets.store(nameOf(url), token.trim());
    return token.trim();
  }
}

/** What has no origin (pods of a cluster) has a key of its own. */
function nameOf(url: string): string {
  const { origin } = new URL(url);
  return `inferenceLens.token ${origin === "null" ? url : origin}`;
}
