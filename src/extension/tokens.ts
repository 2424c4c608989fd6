import type { Memento, SecretStorage } from "vscode";
import * as vscode from "vscode";
import { podsTarget, podsUrl } from "../platform/pods-target.ts";
import { withoutCredentials } from "../platform/url.ts";

/** Origins with a key: which there are, never what they are. Secret storage cannot be listed. */
const originsKey = "tokens.origins";

/** Keys of servers and of the model hub, in the editor's secret storage, one an origin. */
export class Tokens implements vscode.Disposable {
  private readonly forgotten = new vscode.EventEmitter<string>();
  /** The key of this origin is gone. */
  readonly onDidForget = this.forgotten.event;

  constructor(
    private readonly secrets: SecretStorage,
    private readonly memory: Memento,
  ) {}

  async get(url: string): Promise<string | undefined> {
    return this.secrets.get(nameOf(url));
  }

  /** Asks a person and keeps the answer; undefined where none was given. An empty answer forgets the key. */
  async ask(url: string): Promise<string | undefined> {
    const host = podsTarget(url)?.name ?? new URL(url).host;
    const prompt = vscode.l10n.t("Key for {0}. It is kept in the secret storage and sent to this host only.", host);
    const token = await vscode.window.showInputBox({ prompt, password: true, ignoreFocusOut: true });
    if (token === undefined) return undefined;
    if (token.trim() === "") await this.forget(url);
    else await this.keep(url, token.trim());
    return token.trim();
  }

  /** A bearer token, or a key that names its scheme (`Basic …`). */
  async keep(url: string, token: string): Promise<void> {
    await this.secrets.store(nameOf(url), token);
    const origin = originOf(url);
    await this.memory.update(originsKey, [origin, ...this.origins().filter((one) => one !== origin)]);
  }

  /** Moves users and passwords of an address into the secret storage; the address without them. */
  async keepCredentials(typed: string): Promise<string> {
    const { url, keys } = withoutCredentials(typed);
    for (const { address, key } of keys) await this.keep(address, key);
    return url;
  }

  async forget(url: string): Promise<void> {
    await this.secrets.delete(nameOf(url));
    const origin = originOf(url);
    await this.memory.update(
      originsKey,
      this.origins().filter((one) => one !== origin),
    );
    this.forgotten.fire(origin);
  }

  dispose(): void {
    this.forgotten.dispose();
  }

  /** Hosts that a key is kept for. */
  origins(): readonly string[] {
    return this.memory.get<readonly string[]>(originsKey, []);
  }
}

function nameOf(url: string): string {
  return `inferenceLens.token ${originOf(url)}`;
}

/** Pods of a cluster have no origin: theirs is the deployment in its place. */
function originOf(url: string): string {
  const { origin } = new URL(url);
  if (origin !== "null") return origin;
  const pods = podsTarget(url);
  return pods ? podsUrl({ ...pods, queries: [] }) : url;
}
