import * as vscode from "vscode";
import { isMap, parseDocument } from "yaml";
import { directiveEdits } from "../language/directive-edit.ts";
import { workspaceEdit } from "./convert.ts";
import { UserFacingError } from "./errors.ts";
import type { Subject, Subjects } from "./subject.ts";

/** One thing a person decided, in the words of each place it can be written to. */
export interface Choice {
  readonly directive: string;
  /** Path of keys below `files: "path":` in the project file. */
  readonly project: readonly string[];
  readonly setting: string;
  readonly value: string;
}

interface PlaceItem extends vscode.QuickPickItem {
  readonly where: "file" | "project" | "setting";
}

export const projectFile = ".inference-lens.yaml";

/** Asks where a choice belongs, and writes it there. */
export async function writeChoice(subject: Subject, subjects: Subjects, choices: readonly Choice[]): Promise<void> {
  const folder = vscode.workspace.getWorkspaceFolder(subject.document.uri);
  const words = choices.map(({ directive, value }) => `${directive}=${value}`).join(" ");
  const inProject: readonly PlaceItem[] = folder
    ? [{ label: vscode.l10n.t("In the project file"), description: projectFile, where: "project" }]
    : [];
  const items: readonly PlaceItem[] = [
    { label: vscode.l10n.t("In this file"), description: `# inference-lens: ${words}`, where: "file" },
    ...inProject,
    {
      label: vscode.l10n.t("In my settings"),
      description: choices.map(({ setting }) => `inferenceLens.${setting}`).join(", "),
      where: "setting",
    },
  ];
  // Asked after another question, or from a page that takes its focus back: neither may close it.
  const place = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t("Where does this belong?"), ignoreFocusOut: true });
  if (!place) throw new vscode.CancellationError();
  switch (place.where) {
    case "file":
      await writeDirectives(subject, subjects, choices);
      break;
    case "project":
      if (folder) await writeProject(folder.uri, subject.document.uri, choices);
      break;
    case "setting":
      for (const { setting, value } of choices) {
        await vscode.workspace.getConfiguration("inferenceLens").update(setting, value, vscode.ConfigurationTarget.Global);
      }
      break;
    default: {
      const never: never = place.where;
      return never;
    }
  }
}

/** One edit a key: each is made on the text that the one before left behind. */
async function writeDirectives(subject: Subject, subjects: Subjects, choices: readonly Choice[]): Promise<void> {
  const { uri } = subject.document;
  const { id } = subject.analysis.deployment;
  for (const { directive, value } of choices) {
    const now = await subjects.byId(uri, id);
    if (!now) return;
    const edits = directiveEdits(now.document.getText(), now.analysis.deployment, directive, value);
    await vscode.workspace.applyEdit(workspaceEdit(uri, edits));
  }
}

/** Adds to the project file, comments and order kept; makes the file where there is none. */
async function writeProject(folder: vscode.Uri, file: vscode.Uri, choices: readonly Choice[]): Promise<void> {
  const target = vscode.Uri.joinPath(folder, projectFile);
  const document = parseDocument(await existing(target));
  if (document.errors.length > 0 || (document.contents !== null && !isMap(document.contents))) {
    const action = { title: vscode.l10n.t("Open it"), command: "vscode.open", args: [target] };
    throw new UserFacingError("file", vscode.l10n.t("{0} cannot be read as YAML: mend it first.", projectFile), action);
  }
  const path = file.path.slice(folder.path.length).replace(/^\/+/, "");
  for (const { project, value } of choices) document.setIn(["files", path, ...project], value);
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(document.toString({ lineWidth: 0 })));
}

async function existing(uri: vscode.Uri): Promise<string> {
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === "FileNotFound") return "";
    throw error;
  }
}
