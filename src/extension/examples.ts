import * as vscode from "vscode";

/** The example that every first step begins with. */
export const firstExample = "llama-70b-shift.yaml";

/** Opens the examples: those of this workspace, else copies of the packaged ones, which may be edited freely. */
export async function openExamples(context: vscode.ExtensionContext): Promise<vscode.TextDocument> {
  const folder = (await inWorkspace()) ?? (await copied(context));
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder, firstExample));
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One });
  return document;
}

async function inWorkspace(): Promise<vscode.Uri | undefined> {
  const [found] = await vscode.workspace.findFiles(`**/${firstExample}`, "**/node_modules/**", 1);
  return found && vscode.Uri.joinPath(found, "..");
}

/** Copies what is not there yet; edited copies stay as they are. */
async function copied({ extensionUri, globalStorageUri }: vscode.ExtensionContext): Promise<vscode.Uri> {
  const source = vscode.Uri.joinPath(extensionUri, "examples");
  const target = vscode.Uri.joinPath(globalStorageUri, "examples");
  await vscode.workspace.fs.createDirectory(target);
  const present = new Set((await vscode.workspace.fs.readDirectory(target)).map(([name]) => name));
  for (const [name, type] of await vscode.workspace.fs.readDirectory(source)) {
    if (type !== vscode.FileType.File || present.has(name)) continue;
    await vscode.workspace.fs.copy(vscode.Uri.joinPath(source, name), vscode.Uri.joinPath(target, name));
  }
  return target;
}
