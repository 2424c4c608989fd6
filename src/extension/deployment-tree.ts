import * as vscode from "vscode";
import type { OverviewRow } from "../language/overview.ts";
import type { Verdict } from "../language/verdict.ts";
import { toRange } from "./convert.ts";
import { translated } from "./translate.ts";
import type { WorkspaceDeployments } from "./workspace-deployments.ts";

interface FileItem {
  readonly kind: "file";
  readonly uri: vscode.Uri;
  readonly rows: readonly OverviewRow[];
}

/** Commands of the view find their deployment by `uri` and `deploymentId`. */
interface RowItem {
  readonly kind: "deployment";
  readonly uri: vscode.Uri;
  readonly deploymentId: string;
  readonly row: OverviewRow;
}

export type DeploymentItem = FileItem | RowItem;

/** What the workspace starts, file by file, each deployment with model, GPUs and verdict. */
export class DeploymentTree implements vscode.TreeDataProvider<DeploymentItem> {
  constructor(private readonly workspace: WorkspaceDeployments) {}

  getChildren(element?: DeploymentItem): DeploymentItem[] {
    if (!element) {
      return this.workspace.found().flatMap(({ uri, overview: { rows } }): FileItem[] => {
        return rows.length === 0 ? [] : [{ kind: "file", uri: vscode.Uri.parse(uri, true), rows }];
      });
    }
    if (element.kind === "deployment") return [];
    const { uri, rows } = element;
    return rows.map((row) => ({ kind: "deployment", uri, deploymentId: row.deploymentId, row }));
  }

  getTreeItem(element: DeploymentItem): vscode.TreeItem {
    return element.kind === "file" ? fileItem(element) : rowItem(element);
  }
}

/** Name, icon and colour as everywhere in the workbench, the folder behind. */
function fileItem({ uri }: FileItem): vscode.TreeItem {
  const item = new vscode.TreeItem(uri, vscode.TreeItemCollapsibleState.Expanded);
  item.id = uri.toString();
  item.description = true;
  item.iconPath = vscode.ThemeIcon.File;
  return item;
}

function rowItem({ uri, deploymentId, row }: RowItem): vscode.TreeItem {
  const item = new vscode.TreeItem(row.name);
  item.id = `${uri.toString()}#${deploymentId}`;
  const what = [row.gpus && translated(row.gpus), row.model].filter((word) => word !== undefined).join(" · ");
  item.description = [what, translated(row.summary)].filter((word) => word !== "").join(" · ");
  item.tooltip = tooltip([row.name, what, translated(row.verdict.text)]);
  item.contextValue = "deployment";
  item.iconPath = iconOf(row.verdict.kind);
  item.command = { title: "", command: "vscode.open", arguments: [uri, { selection: toRange(row.anchor) }] };
  return item;
}

/** One below the other; what is not known is left out. A verdict may begin with an icon, text from a file with anything. */
function tooltip(lines: readonly string[]): vscode.MarkdownString {
  const text = new vscode.MarkdownString(undefined, true);
  for (const line of lines.filter((one) => one !== "")) {
    const [icon = ""] = /^\$\([\w~-]+\)\u2002/.exec(line) ?? [];
    text.appendMarkdown(icon).appendText(`${line.slice(icon.length)}\n`);
  }
  return text;
}

function iconOf(kind: Verdict["kind"]): vscode.ThemeIcon {
  switch (kind) {
    case "fits":
      return new vscode.ThemeIcon("pass");
    case "does-not-fit":
    case "will-not-start":
      return new vscode.ThemeIcon("error", new vscode.ThemeColor("list.errorForeground"));
    case "gpu-unknown":
    case "model-unknown":
    case "not-judged":
      return new vscode.ThemeIcon("question");
    default: {
      const never: never = kind;
      return never;
    }
  }
}
