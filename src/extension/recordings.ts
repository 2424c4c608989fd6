import { basename } from "node:path";
import * as vscode from "vscode";
import { duration } from "../catalog/quantity.ts";
import { type RecordingHeader, recordingVersion } from "../live/recording/recording-header.ts";
import { RecordingWriter } from "../live/recording/recording-writer.ts";
import type { RunningServer } from "../live/running/running-server.ts";
import type { Look } from "../live/source.ts";
import { Recorder } from "../platform/recorder.ts";
import { FileError } from "../platform/text-files.ts";
import { hostsOf } from "../platform/url.ts";
import type { RecordingView } from "../protocol/live-view.ts";
import type { Attachment } from "./attachment.ts";
import { fullId } from "./command-ids.ts";
import { UserFacingError } from "./errors.ts";
import type { Log } from "./log.ts";
import { Settings } from "./settings.ts";

interface Running {
  readonly recorder: Recorder;
  readonly writer: RecordingWriter;
  readonly attachment: Attachment;
  /** What was written of the server; undefined before anything was. */
  told: RunningServer | null | undefined;
  /** Unix seconds of the first and last look. */
  from: number | undefined;
  to: number;
}

/** What is being written down of attached servers, one file each. */
export class Recordings implements vscode.Disposable {
  private readonly running = new Map<string, Running>();
  private readonly changed = new vscode.EventEmitter<string>();
  /** By the server's address: its recording began, went on or ended. */
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly version: string,
    private readonly log: Log,
  ) {}

  /** null while nothing is recorded of it. */
  view(url: string): RecordingView | null {
    const one = this.running.get(url);
    if (!one) return null;
    return { name: basename(one.recorder.path), seconds: one.to - (one.from ?? one.to), bytes: one.recorder.bytes };
  }

  /** Asks where to, and begins. */
  async start(attachment: Attachment): Promise<void> {
    const { url } = attachment;
    if (this.running.has(url)) return;
    if (attachment.replay) throw new UserFacingError("input", vscode.l10n.t("This is a recording already."));
    const target = await chosenFile(attachment);
    const maxBytes = new Settings(undefined).mostRecordedBytes;
    const recorder = opened(target, maxBytes, (why) => void this.ended(url, why));
    this.running.set(url, { recorder, writer: new RecordingWriter(), attachment, told: undefined, from: undefined, to: 0 });
    this.log.info(`recording ${attachment.name} to ${recorder.path}`);
    this.tellContext();
    this.changed.fire(url);
  }

  /** A look at a server that may be recorded. */
  look(url: string, look: Look): void {
    const one = this.running.get(url);
    if (!one) return;
    const { writer, recorder, attachment } = one;
    if (one.told !== attachment.running) {
      one.told = attachment.running;
      recorder.write(writer.header(this.header(attachment)));
    }
    one.to = look.kind === "none" ? look.time : look.kind === "scrape" ? look.snapshot.time : look.grown.time;
    one.from ??= one.to;
    recorder.write(writer.look(look));
    this.changed.fire(url);
  }

  /** Ends a recording and says where it is; nothing where none runs. */
  async stop(url: string): Promise<void> {
    const one = this.running.get(url);
    if (!one) return;
    await this.close(url, one);
    const words = vscode.l10n.t("Recorded {0} to {1}.", duration(one.to - (one.from ?? one.to)), basename(one.recorder.path));
    void this.offer(one, words);
  }

  dispose(): void {
    for (const [url, one] of this.running) void this.close(url, one);
    this.changed.dispose();
  }

  private async ended(url: string, why: "full" | { readonly failed: string }): Promise<void> {
    const one = this.running.get(url);
    if (!one) return;
    await this.close(url, one);
    const name = basename(one.recorder.path);
    const words =
      why === "full"
        ? vscode.l10n.t("{0} is as large as a recording may become: no more is recorded.", name)
        : vscode.l10n.t("{0} is not recorded any more: {1}.", name, why.failed);
    void this.offer(one, words);
  }

  private async close(url: string, { recorder }: Running): Promise<void> {
    this.running.delete(url);
    this.tellContext();
    this.changed.fire(url);
    await recorder.close();
  }

  private async offer({ recorder }: Running, words: string): Promise<void> {
    const open = vscode.l10n.t("Open");
    const chosen = await vscode.window.showInformationMessage(words, open);
    if (chosen === open) await vscode.commands.executeCommand(fullId("replay"), vscode.Uri.file(recorder.path));
  }

  private tellContext(): void {
    void vscode.commands.executeCommand("setContext", "inferenceLens.recording", this.running.size > 0);
  }

  private header({ source, subject, running, intervalSeconds }: Attachment): RecordingHeader {
    const deployment = subject?.analysis.deployment;
    return {
      version: recordingVersion,
      by: this.version,
      source: source.kind,
      name: source.name,
      intervalSeconds,
      running,
      deployment:
        subject && deployment ? { name: deployment.name, file: placeOf(subject.document.uri), line: deployment.anchor.start.line } : null,
    };
  }
}

/** A path below the workspace's folder; outside of it the name alone: a path may name a person. */
function placeOf(uri: vscode.Uri): string {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  return folder ? vscode.workspace.asRelativePath(uri, false) : basename(uri.path);
}

async function chosenFile(attachment: Attachment): Promise<string> {
  const { subject, url } = attachment;
  const folder = subject ? vscode.Uri.joinPath(subject.document.uri, "..") : vscode.workspace.workspaceFolders?.[0]?.uri;
  const stamp = new Date().toISOString().replace(/[-:]/g, "").slice(0, 13).replace("T", "-");
  const name = `${(subject?.analysis.deployment.name ?? hostsOf(url)).replace(/[^\w.-]+/g, "-").slice(0, 60)}-${stamp}.inference-lens.jsonl.gz`;
  const target = await vscode.window.showSaveDialog({
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, name) } : {}),
    saveLabel: vscode.l10n.t("Record"),
    title: vscode.l10n.t("Record {0}", attachment.name),
  });
  if (!target) throw new vscode.CancellationError();
  if (target.scheme !== "file")
    throw new UserFacingError("file", vscode.l10n.t("Recordings are written to files of the machine that asks the server."));
  return target.fsPath;
}

function opened(path: string, maxBytes: number, onEnd: NonNullable<ConstructorParameters<typeof Recorder>[1]["onEnd"]>): Recorder {
  try {
    return new Recorder(path, { maxBytes, onEnd });
  } catch (error) {
    if (error instanceof FileError)
      throw new UserFacingError("file", vscode.l10n.t("{0} cannot be written: {1}.", basename(path), error.message));
    throw error;
  }
}
