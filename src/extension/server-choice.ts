import * as vscode from "vscode";
import { isHttpError } from "../platform/http-error.ts";
import { podsTarget } from "../platform/pods-target.ts";
import { storeTarget } from "../platform/store-target.ts";
import { fleetMembers, fleetUrl, memberUrl, normaliseUrl, redactUrl, saidRole } from "../platform/url.ts";
import { UserFacingError } from "./errors.ts";
import { askingMachine } from "./remote-words.ts";
import { translated } from "./translate.ts";

const key = "attach.urls";
const kept = 12;

interface Remembered {
  readonly url: string;
  /** Deployment it was attached for; "" = none. */
  readonly subject: string;
}

/** A way to running servers that is no address: it asks for what it needs, and gives what can be attached. */
export interface AttachWay extends vscode.QuickPickItem {
  choose(): Promise<string>;
}

/** Addresses that were attached in this workspace, newest first. Addresses with credentials are not kept. */
export class ServerChoice {
  constructor(private readonly memory: vscode.Memento) {}

  /** Asks for an address: those remembered, the demo server where it runs, one typed, or what another way to a server gives. */
  async ask(subject: string, demoUrl: string | undefined, ways: readonly AttachWay[]): Promise<string> {
    const typed = await choose([...ways, ...this.items(subject, demoUrl)], {
      title: attachTitle(),
      placeholder: vscode.l10n.t("Address of a server, such as localhost:8000; several between blanks are one fleet"),
    });
    if (typed === undefined) throw new vscode.CancellationError();
    const way = ways.find(({ label }) => label === typed);
    return way ? way.choose() : normalised(this.list().find(({ url }) => shown(url) === typed)?.url ?? typed);
  }

  async remember(url: string, subject: string): Promise<void> {
    if (redactUrl(url) !== url) return;
    const others = this.list().filter((one) => one.url !== url);
    await this.memory.update(key, [{ url, subject }, ...others].slice(0, kept));
  }

  private list(): readonly Remembered[] {
    return this.memory.get<readonly Remembered[]>(key, []);
  }

  private items(subject: string, demoUrl: string | undefined): vscode.QuickPickItem[] {
    const demo = demoUrl ? [{ label: demoUrl, description: vscode.l10n.t("demo server on this machine") }] : [];
    const own = this.list().filter((one) => one.subject === subject && subject !== "");
    const others = this.list().filter((one) => !own.includes(one));
    const remembered = [
      ...own.map(({ url }) => ({ label: shown(url), description: vscode.l10n.t("attached for this deployment before") })),
      ...others.map(({ url }) => ({ label: shown(url), description: vscode.l10n.t("attached before") })),
    ];
    return [...demo, ...remembered.filter(({ label }) => !demo.some((one) => label.startsWith(one.label)))];
  }
}

/** The address as it is attached, of several between blanks or commas that of their fleet; an input error where it is none. */
export function normalised(typed: string): string {
  if (podsTarget(typed) || storeTarget(typed)) return typed;
  try {
    const words = fleetMembers(typed).flatMap((part) => part.split(/[\s,]+/).filter((word) => word !== ""));
    return words.length > 1 ? fleetUrl([...new Set(words.map(memberUrl))]) : normaliseUrl(typed);
  } catch (error) {
    if (isHttpError(error)) throw new UserFacingError("input", translated(error.words));
    throw error;
  }
}

/** An address as people read it. */
function shown(url: string): string {
  return storeTarget(url)?.name ?? fleetMembers(url).map(typedMember).join(" ");
}

/** A server of a fleet as it is typed. */
function typedMember(member: string): string {
  const role = saidRole(member);
  return role === "" ? member : `${role.slice(1)}=${member.slice(0, -role.length)}`;
}

/** Where `localhost` is another machine than the one in front of the person, that is said before an address is typed. */
function attachTitle(): string {
  const machine = askingMachine();
  return machine ? vscode.l10n.t("Attach to a server, asked from {0}", translated(machine)) : vscode.l10n.t("Attach to a server");
}

/** A list one can also type into. */
export function choose(
  items: readonly vscode.QuickPickItem[],
  words: { readonly title: string; readonly placeholder: string },
): Promise<string | undefined> {
  const pick = Object.assign(vscode.window.createQuickPick(), words);
  pick.items = items;
  pick.ignoreFocusOut = true;
  return new Promise((resolve) => {
    pick.onDidChangeValue((value) => {
      const typed = value.trim();
      const isKnown = typed === "" || items.some(({ label }) => label === typed);
      pick.items = isKnown ? items : [{ label: typed, description: vscode.l10n.t("attach to this address"), alwaysShow: true }, ...items];
    });
    pick.onDidAccept(() => {
      resolve(pick.activeItems[0]?.label ?? (pick.value.trim() || undefined));
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}
