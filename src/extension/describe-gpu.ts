import * as vscode from "vscode";
import type { Catalog } from "../catalog/catalog.ts";
import type { Gpu } from "../catalog/facts.ts";
import { gib } from "../catalog/quantity.ts";
import { withGpuDescribed } from "../deployment/write-gpu.ts";
import { gpuChoices } from "../language/choose-gpu.ts";
import { gpusFile } from "../platform/surroundings-files.ts";
import { UserFacingError } from "./errors.ts";
import { projectFolder } from "./project-folder.ts";
import type { Subject } from "./subject.ts";

interface NearItem extends vscode.QuickPickItem {
  readonly near: Gpu | undefined;
}

/** Begins the description of a GPU that the catalogue does not have: a commented entry of the project's gpus.yaml, open to be filled in. */
export class DescribeGpu {
  constructor(
    private readonly catalog: Catalog,
    /** With the project's own GPUs. */
    private readonly catalogFor: (uri: vscode.Uri) => Catalog,
  ) {}

  async describe({ document, analysis }: Subject): Promise<void> {
    const written = analysis.deployment.pools.flatMap(({ hardware }) => hardware.gpuAsWritten?.value ?? [])[0];
    const name = await vscode.window.showInputBox({
      prompt: vscode.l10n.t("Name of the GPU, as deployment files write it"),
      value: written ?? "",
      validateInput: (text) => wrongName(text.trim(), this.catalogFor(document.uri)),
      ignoreFocusOut: true,
    });
    if (name === undefined) throw new vscode.CancellationError();
    const placeHolder = vscode.l10n.t("Which GPU is {0} most like? Its figures are where yours begin.", name.trim());
    const choice = await vscode.window.showQuickPick(this.nearItems(), { placeHolder, matchOnDescription: true, ignoreFocusOut: true });
    if (!choice) throw new vscode.CancellationError();
    await this.write(document.uri, name.trim(), choice.near);
  }

  private nearItems(): NearItem[] {
    const known = gpuChoices(this.catalog).map(({ gpu, label, detail }) => ({ label, description: detail, near: this.catalog.gpu(gpu) }));
    return [...known, { label: vscode.l10n.t("None of them: by its data sheet alone"), near: undefined }];
  }

  private async write(subject: vscode.Uri, name: string, near: Gpu | undefined): Promise<void> {
    const folder = projectFolder(subject);
    const file = vscode.Uri.joinPath(folder, gpusFile);
    await vscode.workspace.fs.createDirectory(folder);
    await createIfAbsent(file);
    const document = await vscode.workspace.openTextDocument(file);
    const before = document.getText();
    const text = withGpuDescribed(before, name, near);
    const path = vscode.workspace.asRelativePath(file);
    if (text === undefined) throw new UserFacingError("file", vscode.l10n.t("{0} is no list of GPUs that one can be added to.", path));
    // As an edit: what a person typed there and did not save stays, and all can be undone.
    const edit = new vscode.WorkspaceEdit();
    edit.replace(file, new vscode.Range(document.positionAt(0), document.positionAt(before.length)), text);
    await vscode.workspace.applyEdit(edit);
    await document.save();
    const editor = await vscode.window.showTextDocument(document);
    const start = document.positionAt(text.lastIndexOf("- name:"));
    editor.selection = new vscode.Selection(start, start);
    editor.revealRange(new vscode.Range(start, start), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }
}

function wrongName(name: string, catalog: Catalog): string | undefined {
  if (name === "") return vscode.l10n.t("A GPU needs a name.");
  const known = catalog.gpu(name);
  return known && vscode.l10n.t("{0} is known already: {1}, {2}.", name, known.id, gib(known.driverBytes));
}

async function createIfAbsent(file: vscode.Uri): Promise<void> {
  try {
    await vscode.workspace.fs.stat(file);
  } catch (error) {
    if (!(error instanceof vscode.FileSystemError) || error.code !== "FileNotFound") throw error;
    await vscode.workspace.fs.writeFile(file, new Uint8Array());
  }
}
