import * as vscode from "vscode";
import { type ServerKind, serverNames } from "../live/page/server-kinds.ts";
import type { Ask } from "../live/source.ts";
import { matchersOf, type StoreChoice, storeChoices } from "../live/sources/prometheus/choices.ts";
import { apiBase, findStore, refusalWords, type Store } from "../live/sources/prometheus/store.ts";
import { httpAsk } from "../platform/ask.ts";
import { systemClock } from "../platform/clock.ts";
import type { FetchText } from "../platform/http.ts";
import { storeUrl } from "../platform/store-target.ts";
import { redactUrl } from "../platform/url.ts";
import { UserFacingError } from "./errors.ts";
import { plainWords } from "./plain-words.ts";
import { type AttachWay, choose } from "./server-choice.ts";
import { ServerKeys } from "./server-keys.ts";
import type { Subject } from "./subject.ts";
import type { Tokens } from "./tokens.ts";
import { translated } from "./translate.ts";
import { refuseUntrusted } from "./trust.ts";

const remembered = "attach.stores";
const mostRemembered = 8;

/** A store that was asked before: its address and tenant, neither of which is a secret. */
interface KnownStore {
  readonly base: string;
  readonly tenant?: string;
}

/** The way to servers through a store of metrics: asks for its address, then shows which servers it knows. */
export class StoreWay {
  constructor(
    private readonly tokens: Tokens,
    private readonly memory: vscode.Memento,
    private readonly fetchText: FetchText,
  ) {}

  /** For the list of ways; a file is not needed. */
  to(subject: Subject | undefined): AttachWay {
    return {
      label: vscode.l10n.t("Prometheus, Thanos, Mimir, VictoriaMetrics or Grafana"),
      description: vscode.l10n.t("servers as a store of metrics sees them, with their history"),
      choose: () => this.choose(subject),
    };
  }

  private async choose(subject: Subject | undefined): Promise<string> {
    refuseUntrusted();
    const { base, tenant } = await this.askAddress();
    const keys = new ServerKeys(this.tokens, base);
    await keys.load();
    const store = await this.reached(base, tenant, keys);
    await this.remember(base, store);
    const known = await withStore(base, { keys, fetchText: this.fetchText }, (ask) => storeChoices(ask, store.place, []));
    if (known.kind === "failed") throw new UserFacingError("network", `${redactUrl(base)}: ${translated(refusalWords(known, base))}`);
    const choice = await chosen(known.choices, store, subject?.analysis.deployment.model?.value.name);
    return storeUrl({ place: store.place, matchers: matchersOf(choice), pastSeconds: await chosenPast() });
  }

  private async askAddress(): Promise<KnownStore> {
    const known = this.memory.get<readonly KnownStore[]>(remembered, []);
    const items = known.map(({ base, tenant }) => ({ label: base, description: tenant ?? "" }));
    const typed = await choose(items, {
      title: vscode.l10n.t("Attach through a store of metrics"),
      placeholder: vscode.l10n.t("Its address, such as http://prometheus:9090 or https://grafana/api/datasources/proxy/uid/UID"),
    });
    if (typed === undefined) throw new vscode.CancellationError();
    const base = apiBase(typed);
    if (base === undefined) throw new UserFacingError("input", vscode.l10n.t("Not an address: {0}", redactUrl(typed)));
    return known.find((one) => one.base === base) ?? { base };
  }

  /** The store at an address, once all that it wants was given. */
  private async reached(base: string, given: string | undefined, keys: ServerKeys): Promise<Store> {
    let tenant = given;
    for (;;) {
      const found = await withStore(base, { keys, fetchText: this.fetchText }, (ask) => findStore(ask, base, tenant));
      if (found.kind === "store") return found;
      if (found.misses === "tenant") tenant = await askTenant(base, tenant);
      else if (found.misses !== "key") throw new UserFacingError("network", `${redactUrl(base)}: ${translated(found.detail)}`);
      else if (!(await keys.ask())) throw new vscode.CancellationError();
    }
  }

  private async remember(base: string, { place: { tenant } }: Store): Promise<void> {
    if (redactUrl(base).replace(/\/$/, "") !== base) return;
    const known = this.memory.get<readonly KnownStore[]>(remembered, []).filter((one) => one.base !== base);
    const store: KnownStore = { base, ...(tenant === undefined ? {} : { tenant }) };
    await this.memory.update(remembered, [store, ...known].slice(0, mostRemembered));
  }
}

interface StoreAsk {
  readonly keys: ServerKeys;
  readonly fetchText: FetchText;
}

/** Asks a store with a progress that can be cancelled. */
function withStore<T>(base: string, { keys, fetchText }: StoreAsk, run: (ask: Ask) => Promise<T>): Promise<T> {
  const title = vscode.l10n.t("Asking {0}", redactUrl(base));
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return Promise.resolve(
    vscode.window.withProgress(options, async (_, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => stop.abort());
      const keyFor = (address: string): string | undefined => keys.keyFor(address);
      const answer = await run(httpAsk({ fetchText, clock: systemClock, keyFor, timeoutMs: 10_000 }, stop.signal));
      if (stop.signal.aborted) throw new vscode.CancellationError();
      return answer;
    }),
  );
}

async function askTenant(base: string, before: string | undefined): Promise<string> {
  const typed = await vscode.window.showInputBox({
    prompt: vscode.l10n.t("{0} keeps tenants apart: whose data? It is sent as X-Scope-OrgID.", redactUrl(base)),
    value: before ?? "",
    ignoreFocusOut: true,
  });
  if (typed === undefined || typed.trim() === "") throw new vscode.CancellationError();
  return typed.trim();
}

/** What was found, the open file's model first. */
async function chosen(choices: readonly StoreChoice[], { words }: Store, model: string | undefined): Promise<StoreChoice> {
  if (choices.length === 0) {
    throw new UserFacingError("nothing-here", vscode.l10n.t("{0} knows no serving engine of the last ten minutes.", words));
  }
  const isOwn = ({ labels }: StoreChoice): boolean => model !== undefined && sameName(labels.model_name, model);
  const items = [...choices.filter(isOwn), ...choices.filter((choice) => !isOwn(choice))].map((choice) => ({
    label: plainWords(choice.labels.model_name ?? choice.labels.job ?? kindName(choice.kind)),
    description: sizeWords(choice),
    detail: plainWords(
      [kindName(choice.kind), choice.labels.namespace, choice.labels.job].filter((part) => part !== undefined).join(" · "),
    ),
    choice,
  }));
  const placeHolder = vscode.l10n.t("{0}: which servers?", words);
  const picked = await vscode.window.showQuickPick(items, { placeHolder, ignoreFocusOut: true, matchOnDetail: true });
  if (!picked) throw new vscode.CancellationError();
  return picked.choice;
}

function kindName(kind: ServerKind): string {
  return kind === "unknown" ? "" : serverNames[kind];
}

/** A served name is often the last part of the model's. */
function sameName(served: string | undefined, model: string): boolean {
  const last = (name: string): string => name.toLowerCase().split("/").at(-1) ?? "";
  return served !== undefined && last(served) === last(model);
}

function sizeWords({ servers, engines }: StoreChoice): string {
  const size = servers === 1 ? vscode.l10n.t("1 server") : vscode.l10n.t("{0} servers", servers);
  return engines === servers ? size : `${size}, ${vscode.l10n.t("{0} engines", engines)}`;
}

async function chosenPast(): Promise<number> {
  const items = [
    { label: vscode.l10n.t("The last hour"), seconds: 3600 },
    { label: vscode.l10n.t("The last 6 hours"), seconds: 6 * 3600 },
    { label: vscode.l10n.t("The last day"), seconds: 86_400 },
    { label: vscode.l10n.t("Only from now on"), seconds: 0 },
  ];
  const placeHolder = vscode.l10n.t("What the page begins with");
  const picked = await vscode.window.showQuickPick(items, { placeHolder, ignoreFocusOut: true });
  if (!picked) throw new vscode.CancellationError();
  return picked.seconds;
}
