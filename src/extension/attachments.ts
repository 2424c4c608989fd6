import * as vscode from "vscode";
import { duration, whole } from "../catalog/quantity.ts";
import type { LensState } from "../language/lenses.ts";
import type { LivePoint } from "../live/snapshot.ts";
import { Runner } from "../platform/run-worker.ts";
import { hostsOf, redactUrl } from "../platform/url.ts";
import type { FromLiveView, ToLiveView } from "../protocol/live-view.ts";
import { Attachment } from "./attachment.ts";
import { fullId } from "./command-ids.ts";
import type { Documents } from "./documents.ts";
import { UserFacingError } from "./errors.ts";
import type { LensStates } from "./lens-states.ts";
import { LivePage } from "./live-page.ts";
import type { Log } from "./log.ts";
import { pageRequests } from "./page-requests.ts";
import { report as tellFailure } from "./register-command.ts";
import { startingRate } from "./report-model.ts";
import type { Reports } from "./reports.ts";
import { ServerKeys } from "./server-keys.ts";
import { Settings } from "./settings.ts";
import type { Subject } from "./subject.ts";
import type { Tokens } from "./tokens.ts";
import { workloadAt } from "./workload-choice.ts";

const viewType = "inferenceLens.live";
/** After so long without an answer a person is told, once a loss. */
const silentSeconds = 60;

interface Attached {
  readonly attachment: Attachment;
  readonly runner: Runner;
  readonly keys: ServerKeys;
  page: LivePage | undefined;
  told: boolean;
}

/** All attached servers with their pages, their lenses and the one item in the status bar. */
export class Attachments implements vscode.Disposable {
  private readonly attached = new Map<string, Attached>();
  private readonly changed = new vscode.EventEmitter<void>();
  private status: vscode.StatusBarItem | undefined;
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly extension: vscode.Uri,
    private readonly documents: Documents,
    private readonly reports: Reports,
    private readonly lenses: LensStates,
    private readonly tokens: Tokens,
    private readonly log: Log,
  ) {}

  list(): readonly Attachment[] {
    return [...this.attached.values()].map(({ attachment }) => attachment);
  }

  /** Attaches, or shows what is attached already. */
  async attach(url: string, subject: Subject | undefined): Promise<void> {
    refuseUntrusted();
    const before = this.attached.get(url);
    if (before) {
      if (sameSubject(before.attachment.subject, subject)) {
        this.open(url);
        return;
      }
      this.detach(url);
    }
    const keys = new ServerKeys(this.tokens, url);
    await keys.load();
    const runner = new Runner(vscode.Uri.joinPath(this.extension, "dist", "worker.js").fsPath);
    const attachment = new Attachment(url, subject, new Settings(undefined).scrapeIntervalMs, (address) => keys.keyFor(address), {
      runner,
      send: (message: ToLiveView) => this.attached.get(url)?.page?.send(message),
      changed: () => this.tell(url),
      report: () => subject && this.reports.reportOf(subject.document.uri, subject.analysis.deployment.id),
      fileWorkload: () => this.fileWorkload(subject),
      log: (text) => this.log.warn(text),
    });
    this.attached.set(url, { attachment, runner, keys, page: before?.page, told: false });
    await vscode.commands.executeCommand("setContext", "inferenceLens.attached", true);
    this.open(url);
    attachment.start();
    this.log.info(`attached to ${redactUrl(url)}`);
    this.changed.fire();
  }

  /** Stops asking the server and closes its page. */
  detach(url: string): void {
    const one = this.attached.get(url);
    if (!one) return;
    this.attached.delete(url);
    one.attachment.stop();
    one.page?.dispose();
    void one.runner.dispose();
    const { subject } = one.attachment;
    if (subject) this.lenses.server(subject.document.uri, subject.analysis.deployment.id, undefined);
    void vscode.commands.executeCommand("setContext", "inferenceLens.attached", this.attached.size > 0);
    this.showStatus();
    this.log.info(`detached from ${redactUrl(url)}`);
    this.changed.fire();
  }

  /** The page of an attached server. */
  open(url: string): void {
    const one = this.attached.get(url);
    if (!one) return;
    if (one.page) {
      one.page.reveal();
      return;
    }
    const title = vscode.l10n.t("{0}: live", one.attachment.subject?.analysis.deployment.name ?? hostsOf(url));
    const panel = vscode.window.createWebviewPanel(viewType, title, vscode.ViewColumn.Beside, { enableFindWidget: true });
    this.adopt(panel, url);
  }

  /** A page that VS Code brings back after a reload: it shows that nothing is attached, and asks no server until a person says so. */
  restore(panel: vscode.WebviewPanel, url: string): void {
    const page: LivePage = new LivePage(
      panel,
      this.extension,
      url,
      () => detachedMessages(url),
      (message) => {
        if (message.kind !== "retry") return;
        page.dispose();
        this.attach(url, undefined).catch((error: unknown) => tellFailure("attach", error, this.log));
      },
      () => page.dispose(),
    );
  }

  /** The one a command is about: named by url or deployment, the only one, or the one a person picks. */
  async find(url: string | undefined, subject: Subject | undefined): Promise<Attachment> {
    const all = this.list();
    const named = all.find((one) => one.url === url) ?? (subject && all.find((one) => sameSubject(one.subject, subject)));
    const [only] = all;
    if (named) return named;
    if (!only) {
      const action = { title: vscode.l10n.t("Attach"), command: fullId("attach") };
      throw new UserFacingError("nothing-here", vscode.l10n.t("No server is attached."), action);
    }
    if (all.length === 1) return only;
    const items = all.map((attachment) => ({ label: redactUrl(attachment.url), attachment }));
    const choice = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t("Which server?") });
    if (!choice) throw new vscode.CancellationError();
    return choice.attachment;
  }

  dispose(): void {
    for (const url of this.attached.keys()) this.detach(url);
    this.status?.dispose();
    this.changed.dispose();
  }

  private adopt(panel: vscode.WebviewPanel, url: string): void {
    const one = this.attached.get(url);
    if (!one) return;
    const { attachment } = one;
    const { subject } = attachment;
    const receive = (message: FromLiveView): void => {
      const handled =
        pageRequests(message, subject?.document.uri, subject?.analysis.deployment.id) ?? this.receive(url, attachment, message);
      handled.catch((error: unknown) => tellFailure("live", error, this.log));
    };
    const page: LivePage = new LivePage(
      panel,
      this.extension,
      url,
      () => attachment.everything(),
      receive,
      () => {
        one.page = undefined;
        page.dispose();
      },
    );
    one.page = page;
  }

  private async receive(url: string, attachment: Attachment, message: FromLiveView): Promise<void> {
    switch (message.kind) {
      case "detach":
        this.detach(url);
        break;
      case "retry":
        attachment.retry();
        break;
      case "enter-key": {
        if (await this.attached.get(url)?.keys.ask()) attachment.retry();
        break;
      }
      case "predict":
        await attachment.predict(message.basis);
        break;
      default:
        // `pause` freezes the picture alone; sampling goes on.
        break;
    }
  }

  private tell(url: string): void {
    const one = this.attached.get(url);
    if (!one) return;
    const { attachment } = one;
    const { subject } = attachment;
    if (subject) this.lenses.server(subject.document.uri, subject.analysis.deployment.id, serverState(attachment));
    this.showStatus();
    this.tellSilence(url, one);
    this.changed.fire();
  }

  private tellSilence(url: string, one: Attached): void {
    const { status } = one.attachment;
    if (status.state !== "lost") {
      one.told = false;
      return;
    }
    const seconds = Date.now() / 1000 - lastAnswer(one.attachment);
    if (one.told || seconds < silentSeconds) return;
    one.told = true;
    void this.offer(url, vscode.l10n.t("{0} has not answered for {1} s. Still trying.", hostsOf(url), Math.round(seconds)));
  }

  private async offer(url: string, text: string): Promise<void> {
    const openLive = vscode.l10n.t("Open live");
    const detach = vscode.l10n.t("Detach");
    const chosen = await vscode.window.showWarningMessage(text, openLive, detach);
    if (chosen === openLive) this.open(url);
    if (chosen === detach) this.detach(url);
  }

  private showStatus(): void {
    const [first] = this.list();
    if (!first) {
      this.status?.dispose();
      this.status = undefined;
      return;
    }
    this.status ??= vscode.window.createStatusBarItem("inferenceLens.live", vscode.StatusBarAlignment.Left, 10);
    this.status.name = "Inference Lens";
    this.status.text = statusWords(first);
    this.status.tooltip = redactUrl(first.url);
    this.status.command = { title: vscode.l10n.t("Open live"), command: fullId("openLive"), arguments: [first.url] };
    this.status.show();
  }

  private fileWorkload(subject: Subject | undefined) {
    const known = subject?.analysis.estimate;
    const name = subject?.analysis.deployment.workload?.value ?? new Settings(subject?.document.uri).assumptions().workload ?? "chat";
    return known && workloadAt(this.documents.catalogFor(subject.document.uri), name, startingRate(known));
  }
}

function refuseUntrusted(): void {
  if (vscode.workspace.isTrusted) return;
  throw new UserFacingError(
    "untrusted",
    vscode.l10n.t("Attaching needs a trusted workspace: its address may come from a file of this workspace."),
    {
      title: vscode.l10n.t("Manage trust"),
      command: "workbench.trust.manage",
    },
  );
}

function sameSubject(a: Subject | undefined, b: Subject | undefined): boolean {
  if (!a || !b) return a === b;
  return a.document.uri.toString() === b.document.uri.toString() && a.analysis.deployment.id === b.analysis.deployment.id;
}

function serverState(attachment: Attachment): NonNullable<LensState["server"]> {
  const { status, last } = attachment;
  const seconds = Math.round((Date.now() / 1000 - lastAnswer(attachment)) / 5) * 5;
  if (status.state === "lost" || status.state === "wrong-page" || status.state === "needs-key") return { kind: "lost", seconds };
  const gauges = last?.snapshot?.gauges;
  return {
    kind: "attached",
    running: gauges?.requests_running ?? null,
    kvUsage: gauges?.kv_cache_usage ?? null,
    ttftP95Seconds: recentTtft(attachment),
  };
}

/** Quantiles of one second jump about: half a minute says more. */
function recentTtft({ series }: Attachment): number | null {
  return series.window(30)?.windows.ttft_seconds?.p95 ?? null;
}

function lastAnswer({ series, status }: Attachment): number {
  return series.points.findLast((point: LivePoint) => point.snapshot !== undefined)?.time ?? status.since;
}

function statusWords(attachment: Attachment): string {
  const state = serverState(attachment);
  if (state.kind === "lost") return `$(debug-disconnect) ${vscode.l10n.t("No answer")}`;
  const running = state.running === null ? vscode.l10n.t("live") : vscode.l10n.t("{0} running", whole(state.running));
  return state.ttftP95Seconds === null ? `$(pulse) ${running}` : `$(pulse) ${running} · ${duration(state.ttftP95Seconds)}`;
}

function detachedMessages(url: string): readonly ToLiveView[] {
  const header = {
    url: redactUrl(url),
    deployment: null,
    place: null,
    line: null,
    server: "",
    model: null,
    intervalSeconds: 1,
    words: "",
    slo: null,
  };
  const detail = vscode.l10n.t("Not attached since the window was reloaded");
  return [
    { kind: "header", header },
    { kind: "history", points: [] },
    { kind: "state", state: "lost", detail, sinceSeconds: 0, retryInSeconds: null },
  ];
}
