import * as vscode from "vscode";
import type { RunningServer } from "../live/running/running-server.ts";
import { RunPool } from "../platform/run-pool.ts";
import { fleetMembers, hostsOf, redactUrl } from "../platform/url.ts";
import type { FromLiveView, ToLiveView } from "../protocol/live-view.ts";
import { Attachment } from "./attachment.ts";
import type { Documents } from "./documents.ts";
import type { EditorConnections } from "./editor-connections.ts";
import { fileWorkload } from "./file-workload.ts";
import type { LensStates } from "./lens-states.ts";
import { connectionMessage } from "./live-connection.ts";
import type { LiveDrift } from "./live-drift.ts";
import { LivePage } from "./live-page.ts";
import { liveRequest } from "./live-requests.ts";
import { isRecordingUrl } from "./live-target.ts";
import type { Log } from "./log.ts";
import { pageRequests } from "./page-requests.ts";
import { Pulse } from "./pulse.ts";
import { Recordings } from "./recordings.ts";
import { report as tellFailure } from "./register-command.ts";
import type { ReplayPlace } from "./replay.ts";
import type { Reports } from "./reports.ts";
import { ServerKeys } from "./server-keys.ts";
import { ServerSilence } from "./server-silence.ts";
import { ServerStatus } from "./server-status.ts";
import { serverState } from "./server-words.ts";
import { Settings } from "./settings.ts";
import { isSameSubject, type Subject } from "./subject.ts";
import type { Tokens } from "./tokens.ts";
import { translated } from "./translate.ts";
import { refuseUntrusted } from "./trust.ts";

const viewType = "inferenceLens.live";

interface Attached {
  readonly attachment: Attachment;
  readonly runs: RunPool;
  readonly keys: ServerKeys;
  page: LivePage | undefined;
  readonly silence: ServerSilence;
  /** A recording may be played at sixty looks a second. */
  readonly replayed: Pulse;
}

/** All attached servers with their pages, their lenses and the one item in the status bar. */
export class Attachments implements vscode.Disposable {
  private readonly attached = new Map<string, Attached>();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly status = new ServerStatus();
  readonly onDidChange = this.changed.event;
  private readonly moved = new vscode.EventEmitter<{ readonly url: string; readonly place: ReplayPlace }>();
  /** A recording stands elsewhere, or goes otherwise. */
  readonly onDidMove = this.moved.event;
  readonly recordings: Recordings;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly extension: vscode.Uri,
    private readonly documents: Documents,
    private readonly reports: Reports,
    private readonly lenses: LensStates,
    private readonly tokens: Tokens,
    private readonly drift: LiveDrift,
    private readonly connections: EditorConnections,
    private readonly log: Log,
    version: string,
  ) {
    this.recordings = new Recordings(version, log);
    this.subscription = vscode.Disposable.from(
      connections.onDidExcept((origin) => this.excepted(origin)),
      tokens.onDidForget((origin) => void this.forgotten(origin)),
      drift.onDidChange((url) => this.tellDrift(url)),
    );
    this.recordings.onDidChange((url) => {
      this.attached.get(url)?.page?.send({ kind: "recording", recording: this.recordings.view(url) });
      this.changed.fire();
    });
  }

  list(): readonly Attachment[] {
    return [...this.attached.values()].map(({ attachment }) => attachment);
  }

  /** Attaches, or shows what is attached already. Recordings are attached like servers, with a panel that VS Code made. */
  async attach(url: string, subject: Subject | undefined, panel?: vscode.WebviewPanel): Promise<void> {
    if (!isRecordingUrl(url)) refuseUntrusted();
    const before = this.attached.get(url);
    if (before) {
      if (isSameSubject(before.attachment.subject, subject)) {
        this.open(url);
        return;
      }
      this.detach(url);
    }
    const keys = new ServerKeys(this.tokens, url);
    await keys.load();
    const runs = new RunPool(vscode.Uri.joinPath(this.extension, "dist", "worker.js").fsPath);
    const attachment = new Attachment(
      url,
      subject,
      () => this.intervalMs(url),
      (address) => keys.keyFor(address),
      {
        runs,
        fetchText: this.connections.fetchText,
        send: (message: ToLiveView) => this.attached.get(url)?.page?.send(message),
        changed: () => this.tell(url),
        identified: (running) => this.compare(url, subject, running),
        report: () => subject && this.reports.reportOf(subject.document.uri, subject.analysis.deployment.id),
        fileWorkload: () => fileWorkload(subject, this.documents),
        log: (text) => this.log.warn(text),
        tell: (words) => void vscode.window.showInformationMessage(translated(words)),
        drift: () => this.drift.rows(url),
        moved: (place) => this.moved.fire({ url, place }),
        looked: (look) => this.recordings.look(url, look),
      },
    );
    this.attached.set(url, { attachment, runs, keys, page: before?.page, silence: new ServerSilence(), replayed: new Pulse(1000) });
    await vscode.commands.executeCommand("setContext", "inferenceLens.attached", true);
    if (panel) this.adopt(panel, url);
    else this.open(url);
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
    this.drift.forget(url);
    void this.recordings.stop(url);
    one.page?.dispose();
    void one.runs.dispose();
    const { subject } = one.attachment;
    if (subject) this.lenses.server(subject.document.uri, subject.analysis.deployment.id, undefined);
    void vscode.commands.executeCommand("setContext", "inferenceLens.attached", this.attached.size > 0);
    this.status.show(this.list());
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

  dispose(): void {
    this.subscription.dispose();
    for (const url of this.attached.keys()) this.detach(url);
    this.status.dispose();
    this.recordings.dispose();
    this.changed.dispose();
  }

  private adopt(panel: vscode.WebviewPanel, url: string): void {
    const one = this.attached.get(url);
    if (!one) return;
    const { attachment } = one;
    const { subject } = attachment;
    const receive = (message: FromLiveView): void => {
      const handled =
        pageRequests(message, subject?.document.uri, subject?.analysis.deployment.id) ??
        liveRequest(message, {
          attachment,
          keys: one.keys,
          drift: this.drift,
          recordings: this.recordings,
          detach: () => this.detach(url),
        });
      handled.catch((error: unknown) => tellFailure("live", error, this.log));
    };
    const page: LivePage = new LivePage(
      panel,
      this.extension,
      url,
      () => {
        attachment.wake();
        const recording = this.recordings.view(url);
        return [
          ...attachment.everything(),
          ...this.drift.messages(url),
          connectionMessage(attachment, this.connections),
          { kind: "recording", recording },
        ];
      },
      receive,
      () => {
        one.page = undefined;
        page.dispose();
        if (attachment.replay) this.detach(url);
      },
    );
    one.page = page;
  }

  private compare(url: string, subject: Subject | undefined, running: RunningServer): void {
    const one = this.attached.get(url);
    if (!subject || !one) return;
    const event = this.drift.identified(url, subject, running);
    if (event) one.attachment.series.mark(event);
    this.tellDrift(url);
  }

  private tellDrift(url: string): void {
    for (const message of this.drift.messages(url)) this.attached.get(url)?.page?.send(message);
  }

  /** An exception was made for a host, or taken back: those behind it are asked again. */
  private excepted(origin: string): void {
    for (const { attachment, page } of this.behind(origin)) {
      page?.send(connectionMessage(attachment, this.connections));
      attachment.retry();
    }
  }

  /** A key that was forgotten is not sent any more. */
  private async forgotten(origin: string): Promise<void> {
    for (const { keys } of this.behind(origin)) await keys.load();
  }

  private behind(origin: string): readonly Attached[] {
    const isBehind = (url: string): boolean => URL.canParse(url) && new URL(url).origin === origin;
    return [...this.attached.values()].filter(({ attachment }) => fleetMembers(attachment.url).some(isBehind));
  }

  /** Slower while nobody looks and nothing is recorded, where the settings say so. */
  private intervalMs(url: string): number {
    const settings = new Settings(undefined);
    const isWatched = this.attached.get(url)?.page?.isVisible === true || this.recordings.view(url) !== null;
    return isWatched ? settings.scrapeIntervalMs : settings.hiddenIntervalMs;
  }

  private tell(url: string): void {
    const one = this.attached.get(url);
    if (!one) return;
    const { attachment } = one;
    const { subject } = attachment;
    // A recording says nothing of how things stand now.
    if (attachment.replay) {
      if (!one.replayed.isDue()) return;
    } else {
      if (subject) this.lenses.server(subject.document.uri, subject.analysis.deployment.id, serverState(attachment));
      this.status.show(this.list());
      one.silence.take(attachment);
    }
    this.changed.fire();
  }
}
