import { statSync } from "node:fs";
import type { SecureContext } from "node:tls";
import * as vscode from "vscode";
import { type Message, message } from "../deployment/message.ts";
import { authoritiesOf, type Connections } from "../platform/connections.ts";
import { type FetchText, httpFetch } from "../platform/http.ts";
import { HttpError, isHttpError } from "../platform/http-error.ts";
import { reason } from "../platform/text-files.ts";
import { fleetMembers, isLoopback } from "../platform/url.ts";
import { plainWords } from "./plain-words.ts";
import { refusedHere } from "./remote-words.ts";
import { Settings } from "./settings.ts";
import { translated } from "./translate.ts";

const exceptionsKey = "http.exceptions";

/**
 * How the editor reaches servers: through the proxy and with the certificates that VS Code is set to, with an authority of one's own by
 * setting, and with exceptions that a person made for one host in one workspace.
 */
export class EditorConnections {
  private readonly asked = new Set<string>();
  private readonly excepted = new vscode.EventEmitter<string>();
  private known: { readonly file: string; readonly changed: number; readonly context: SecureContext } | undefined;
  /** A person made an exception for this origin, or took it back. */
  readonly onDidExcept = this.excepted.event;

  constructor(private readonly memory: vscode.Memento) {}

  /** Takes the place of the terminal's everywhere in the editor. */
  readonly fetchText: FetchText = async (url, limits) => {
    try {
      return await this.over(url, limits);
    } catch (error) {
      if (!isHttpError(error)) throw error;
      if (error.kind === "certificate") this.offerException(new URL(url).origin, error.words);
      const hint = error.kind === "unreachable" && isLoopback(url) ? refusedHere(new URL(url).port || "80") : null;
      throw hint ? new HttpError(error.kind, message("{0}. {1}", error.words, hint)) : error;
    }
  };

  private readonly over = httpFetch(() => this.connections());

  /** Whether all that stands behind an address has to prove who it is. */
  isVerified(url: string): boolean {
    return fleetMembers(url).every((one) => !URL.canParse(one) || !this.exceptions().includes(new URL(one).origin));
  }

  /** Origins with an exception in this workspace. */
  exceptions(): readonly string[] {
    return this.memory.get<readonly string[]>(exceptionsKey, []);
  }

  async takeBack(origin: string): Promise<void> {
    this.asked.delete(origin);
    await this.memory.update(
      exceptionsKey,
      this.exceptions().filter((one) => one !== origin),
    );
    this.excepted.fire(origin);
  }

  dispose(): void {
    this.excepted.dispose();
  }

  private connections(): Connections {
    const exceptions = this.exceptions();
    return { proxyFor: () => undefined, secureContext: this.authorities(), isExcepted: (origin) => exceptions.includes(origin) };
  }

  /** Read again when the file changes. */
  private authorities(): SecureContext | undefined {
    const file = new Settings(undefined).caFile;
    if (file === "") return undefined;
    try {
      const changed = statSync(file).mtimeMs;
      if (this.known?.file !== file || this.known.changed !== changed) this.known = { file, changed, context: authoritiesOf(file) };
      return this.known.context;
    } catch (error) {
      throw new HttpError("unreachable", message("The file of inferenceLens.http.caFile {0}", reason(error)));
    }
  }

  /** Once a host and window: a person who wants it later attaches again. */
  private offerException(origin: string, why: Message): void {
    if (this.asked.has(origin)) return;
    this.asked.add(origin);
    void this.ask(origin, why);
  }

  private async ask(origin: string, why: Message): Promise<void> {
    const { host } = new URL(origin);
    const except = vscode.l10n.t("Trust {0} in this workspace", host);
    const choose = vscode.l10n.t("Name an authority");
    const words = vscode.l10n.t("{0} cannot prove who it is; nothing was sent to it. {1}.", host, translated(why));
    const chosen = await vscode.window.showWarningMessage(plainWords(words), choose, except);
    if (chosen === choose) await vscode.commands.executeCommand("workbench.action.openSettings", "inferenceLens.http.caFile");
    if (chosen !== except) return;
    await this.memory.update(exceptionsKey, [...this.exceptions().filter((one) => one !== origin), origin]);
    this.excepted.fire(origin);
  }
}
