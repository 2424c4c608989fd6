import * as vscode from "vscode";
import type { Catalog } from "../catalog/catalog.ts";
import { modelFromConfig } from "../catalog/model-config.ts";
import { modelProposals } from "../language/choose-gpu.ts";
import type { FetchText } from "../platform/http.ts";
import { isHttpError } from "../platform/http-error.ts";
import { UserFacingError } from "./errors.ts";
import { configText, fileNameOf, modelsFolder, sameAsText } from "./model-files.ts";
import { projectFolder } from "./project-folder.ts";
import type { Subject } from "./subject.ts";
import type { Tokens } from "./tokens.ts";
import { translated } from "./translate.ts";

type Way = "same" | "choose" | "folder" | "pasted" | "hub";

interface WayItem extends vscode.QuickPickItem {
  readonly way: Way;
  readonly sameAs?: string;
}

/** Lets a person say what a model is that the catalogue does not know; the answer is kept in the project for everyone. */
export class DescribeModel {
  constructor(
    private readonly catalog: Catalog,
    private readonly tokens: Tokens,
    private readonly fetchText: FetchText,
  ) {}

  async describe(subject: Subject): Promise<void> {
    const { model } = subject.analysis.deployment;
    if (!model) throw new UserFacingError("input", vscode.l10n.t("The file does not name its model."));
    const name = model.value.name;
    const items = this.ways(subject, name);
    const choice = await vscode.window.showQuickPick(items, {
      placeHolder: vscode.l10n.t("What is {0}?", name),
      matchOnDescription: true,
      ignoreFocusOut: true,
    });
    if (!choice) throw new vscode.CancellationError();
    const text = await this.descriptionBy(choice, name);
    await this.keep(subject, name, text);
  }

  private ways(subject: Subject, name: string): WayItem[] {
    const same = modelProposals(subject.analysis.deployment, this.catalog).map((id) => ({
      label: vscode.l10n.t("The same as {0}", id),
      description: vscode.l10n.t("its name ends alike"),
      way: "same" as const,
      sameAs: id,
    }));
    const host = new URL(hubUrl()).host;
    const isHubName = /^[\w.-]+\/[\w.-]+$/.test(name);
    const hub = { label: vscode.l10n.t("Ask {0} for its config.json", host), description: name, way: "hub" as const };
    return [
      ...same,
      { label: vscode.l10n.t("The same as a known model…"), way: "choose" },
      { label: vscode.l10n.t("A local folder with config.json…"), way: "folder" },
      { label: vscode.l10n.t("A config.json from the clipboard"), way: "pasted" },
      ...(isHubName ? [hub] : []),
    ];
  }

  private async descriptionBy({ way, sameAs }: WayItem, name: string): Promise<string> {
    switch (way) {
      case "same":
        return sameAsText(name, sameAs ?? name);
      case "choose":
        return sameAsText(name, await this.knownModel());
      case "folder":
        return this.fromConfig(name, await configOfFolder());
      case "pasted":
        return this.fromConfig(name, await vscode.env.clipboard.readText());
      case "hub":
        return this.fromConfig(name, await this.configOfHub(name));
      default: {
        const never: never = way;
        return never;
      }
    }
  }

  private async knownModel(): Promise<string> {
    const choice = await vscode.window.showQuickPick([...this.catalog.models()], {
      placeHolder: vscode.l10n.t("A model of the same architecture and size"),
      ignoreFocusOut: true,
    });
    if (!choice) throw new vscode.CancellationError();
    return choice;
  }

  private fromConfig(name: string, json: string): string {
    const config = jsonOf(json);
    const { model, problem } = modelFromConfig(config, name);
    if (!model) throw new UserFacingError("input", problem);
    return configText(name, config);
  }

  /** The click on an item that names the host is the consent; nothing but the model's name goes there. */
  private async configOfHub(name: string): Promise<string> {
    if (!vscode.workspace.isTrusted) {
      const action = { title: vscode.l10n.t("Manage trust"), command: "workbench.trust.manage" };
      throw new UserFacingError("untrusted", vscode.l10n.t("Asking a model hub needs a trusted workspace."), action);
    }
    const url = `${hubUrl()}/${name}/resolve/main/config.json`;
    const limits = { maxBytes: 2 ** 21, accept: "application/json" };
    try {
      return (await this.fetchText(url, { ...limits, token: await this.tokens.get(url) })).text;
    } catch (error) {
      if (!isHttpError(error)) throw error;
      const token = error.needsKey ? await this.tokens.ask(url) : undefined;
      if (!token) throw new UserFacingError("network", `${new URL(url).host}: ${translated(error.words)}`);
      return (await this.fetchText(url, { ...limits, token })).text;
    }
  }

  private async keep(subject: Subject, name: string, text: string): Promise<void> {
    const folder = vscode.Uri.joinPath(projectFolder(subject.document.uri), modelsFolder);
    const file = vscode.Uri.joinPath(folder, fileNameOf(name));
    await vscode.workspace.fs.createDirectory(folder);
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
    const open = vscode.l10n.t("Open it");
    const chosen = await vscode.window.showInformationMessage(
      vscode.l10n.t("{0} is described in {1}.", name, vscode.workspace.asRelativePath(file)),
      open,
    );
    if (chosen === open) await vscode.window.showTextDocument(file);
  }
}

function hubUrl(): string {
  return (process.env.HF_ENDPOINT ?? "https://huggingface.co").replace(/\/+$/, "");
}

async function configOfFolder(): Promise<string> {
  const [folder] = (await vscode.window.showOpenDialog({ canSelectFolders: true, canSelectFiles: false, canSelectMany: false })) ?? [];
  if (!folder) throw new vscode.CancellationError();
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, "config.json")));
  } catch (error) {
    if (error instanceof vscode.FileSystemError)
      throw new UserFacingError("file", vscode.l10n.t("{0} holds no config.json.", folder.fsPath));
    throw error;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserFacingError("input", vscode.l10n.t("That is no JSON: {0}", error.message));
    throw error;
  }
}
