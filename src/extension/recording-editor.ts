import * as vscode from "vscode";
import type { RecordingHeader } from "../live/recording/recording-header.ts";
import { RecordingReader } from "../live/recording/recording-reader.ts";
import { recordingLines } from "../platform/recording-lines.ts";
import { FileError } from "../platform/text-files.ts";
import type { Attachments } from "./attachments.ts";
import { UserFacingError } from "./errors.ts";
import type { KeptByPage } from "./kept-by-page.ts";
import { Pulse } from "./pulse.ts";
import type { ReplayPlace } from "./replay.ts";
import type { Subject, Subjects } from "./subject.ts";

export const recordingView = "inferenceLens.recording";

/** A header stands with the first look. */
const firstLines = 20;

/** Opens recordings as live pages, by double-click or command. */
export class RecordingEditor implements vscode.Disposable {
  private readonly subscription: vscode.Disposable;
  private readonly due = new Pulse(2000);
  /** By recording, what was kept last of how it goes. */
  private readonly going = new Map<string, string>();

  constructor(
    private readonly attachments: Attachments,
    private readonly subjects: Subjects,
    private readonly kept: KeptByPage<ReplayPlace>,
  ) {
    this.subscription = attachments.onDidMove(({ url, place }) => this.keep(url, place));
  }

  /** Shows a recording in a panel that VS Code made for its file. */
  async show(uri: vscode.Uri, panel: vscode.WebviewPanel): Promise<void> {
    const header = await headerOf(uri);
    const subject = header?.deployment ? await this.subjectOf(header.deployment, uri) : undefined;
    const url = uri.toString();
    const place = this.kept.of(url);
    await this.attachments.attach(url, subject, panel);
    const replay = this.attachments.list().find((one) => one.url === url)?.replay;
    if (place) await replay?.resume(place);
  }

  dispose(): void {
    this.subscription.dispose();
  }

  /** What a person did at once, where it stands now and then. */
  private keep(url: string, place: ReplayPlace): void {
    const going = `${place.speed} ${place.playing}`;
    if (this.going.get(url) === going && !this.due.isDue()) return;
    this.going.set(url, going);
    void this.kept.keep(url, place);
  }

  /** Arguments: the file; asked for where it is absent. */
  async replay(args: readonly unknown[]): Promise<void> {
    const uri = args[0] instanceof vscode.Uri ? args[0] : await chosenRecording();
    await vscode.commands.executeCommand("vscode.openWith", uri, recordingView);
  }

  /** The deployment that was watched, where its file is still there: below the workspace, or beside the recording. */
  private async subjectOf({ name, file }: NonNullable<RecordingHeader["deployment"]>, beside: vscode.Uri): Promise<Subject | undefined> {
    if (file.split(/[/\\]/).includes("..")) return undefined;
    const folders = [...(vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri), vscode.Uri.joinPath(beside, "..")];
    for (const folder of folders) {
      const place = vscode.Uri.joinPath(folder, file);
      const subject = (await exists(place)) ? await this.subjects.byName(place, name) : undefined;
      if (subject) return subject;
    }
    return undefined;
  }
}

async function headerOf(uri: vscode.Uri): Promise<RecordingHeader | undefined> {
  if (uri.scheme !== "file")
    throw new UserFacingError("file", vscode.l10n.t("Recordings are read from files of the machine that this extension runs on."));
  const reader = new RecordingReader();
  try {
    for await (const line of recordingLines(uri.fsPath)) {
      const read = line.problem ? undefined : reader.read(line.text);
      if (read && "header" in read && read.header) return read.header;
      if (line.number >= firstLines) return undefined;
    }
    return undefined;
  } catch (error) {
    if (error instanceof FileError)
      throw new UserFacingError("file", vscode.l10n.t("{0} cannot be played: {1}.", uri.fsPath, error.message));
    throw error;
  }
}

async function chosenRecording(): Promise<vscode.Uri> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const [chosen] =
    (await vscode.window.showOpenDialog({
      ...(folder ? { defaultUri: folder } : {}),
      openLabel: vscode.l10n.t("Replay"),
      filters: { [vscode.l10n.t("Recordings")]: ["jsonl", "gz"], [vscode.l10n.t("All files")]: ["*"] },
    })) ?? [];
  if (!chosen) throw new vscode.CancellationError();
  return chosen;
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    return (await vscode.workspace.fs.stat(uri)).type === vscode.FileType.File;
  } catch (error) {
    if (error instanceof vscode.FileSystemError) return false;
    throw error;
  }
}
