import { createHash } from "node:crypto";
import { deserialize, serialize } from "node:v8";
import * as vscode from "vscode";
import type { ReportControls, ReportEvidence, ReportHeader } from "../protocol/report-view.ts";
import type { Report } from "../simulation/report/report.ts";

/** A report as it was shown, with all that is needed to show it again and to run it again. */
export interface StoredReport {
  readonly uri: string;
  readonly deploymentId: string;
  readonly header: ReportHeader;
  readonly controls: ReportControls;
  readonly report: Report;
  /** As far as it was known when it was stored. */
  readonly evidence: ReportEvidence;
  readonly wallSeconds: number;
  /** Plain numbers the run was made of: tells whether the file changed since. */
  readonly fingerprint: string;
}

export interface StoredName {
  readonly id: string;
  readonly name: string;
  readonly place: string;
}

const kept = 20;
const indexKey = "reports";
/** Of the stored form: an older one is not read. */
const form = 3;

/** The last 20 reports, one a deployment, as files of the workspace's storage; their index lies in the workspace's state. */
export class ReportStore {
  private readonly folder: vscode.Uri;

  constructor(private readonly context: vscode.ExtensionContext) {
    this.folder = vscode.Uri.joinPath(context.storageUri ?? context.globalStorageUri, "reports");
  }

  static idOf(key: string): string {
    return createHash("sha256").update(key).digest("hex").slice(0, 24);
  }

  /** Newest first. */
  list(): readonly StoredName[] {
    return this.context.workspaceState.get<readonly StoredName[]>(indexKey, []);
  }

  async save(id: string, stored: StoredReport): Promise<void> {
    await vscode.workspace.fs.createDirectory(this.folder);
    await vscode.workspace.fs.writeFile(this.file(id), new Uint8Array(serialize({ form, stored })));
    const all = [{ id, name: stored.header.name, place: stored.header.place }, ...this.list().filter((one) => one.id !== id)];
    await this.context.workspaceState.update(indexKey, all.slice(0, kept));
    await Promise.all(all.slice(kept).map((old) => this.remove(old.id)));
  }

  /** undefined where it is gone, or was written by another release. */
  async load(id: string): Promise<StoredReport | undefined> {
    if (!this.list().some((one) => one.id === id)) return undefined;
    const bytes = await read(this.file(id));
    const value: unknown = bytes && deserialize(bytes);
    return isStored(value) ? value.stored : undefined;
  }

  private file(id: string): vscode.Uri {
    return vscode.Uri.joinPath(this.folder, `${id}.bin`);
  }

  private async remove(id: string): Promise<void> {
    if (await read(this.file(id))) await vscode.workspace.fs.delete(this.file(id));
  }
}

async function read(uri: vscode.Uri): Promise<Uint8Array | undefined> {
  try {
    return await vscode.workspace.fs.readFile(uri);
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === "FileNotFound") return undefined;
    throw error;
  }
}

/** Only our own files of the present form are read: what lies inside them was written by this code. */
function isStored(value: unknown): value is { readonly form: number; readonly stored: StoredReport } {
  return typeof value === "object" && value !== null && "form" in value && value.form === form && "stored" in value;
}
