import * as vscode from "vscode";
import { duration, whole } from "../catalog/quantity.ts";
import { looksLikeDeployment } from "../deployment/sniff.ts";
import { analyse } from "../language/analysis.ts";
import type { DeploymentAnalysis } from "../language/results.ts";
import { verdict } from "../language/verdict.ts";
import { redactUrl } from "../platform/url.ts";
import type { Attachments } from "./attachments.ts";
import { fullId } from "./command-ids.ts";
import { toRange } from "./convert.ts";
import type { Demo } from "./demo.ts";
import type { Documents } from "./documents.ts";
import { translated } from "./translate.ts";

/** A workspace of more files than this is not searched whole. */
const mostFiles = 400;
const largestFile = 500_000;

export interface DeploymentItem {
  readonly uri: vscode.Uri;
  readonly deploymentId: string;
  readonly analysis: DeploymentAnalysis;
}

/** The deployments of the workspace's files, each with its verdict. */
export class DeploymentTree implements vscode.TreeDataProvider<DeploymentItem> {
  constructor(private readonly documents: Documents) {}

  async getChildren(element?: DeploymentItem): Promise<DeploymentItem[]> {
    if (element) return [];
    const files = await vscode.workspace.findFiles("**/*.{yaml,yml}", "**/{node_modules,.git}/**", mostFiles);
    const items = await Promise.all(files.map((uri) => this.read(uri)));
    return items.flat().sort((a, b) => a.uri.path.localeCompare(b.uri.path, "en"));
  }

  getTreeItem({ uri, analysis }: DeploymentItem): vscode.TreeItem {
    const item = new vscode.TreeItem(analysis.deployment.name);
    const said = verdict(analysis, this.documents.catalogFor(uri));
    item.description = vscode.workspace.asRelativePath(uri);
    item.tooltip = translated(said.text);
    item.contextValue = "deployment";
    const bad = said.kind === "does-not-fit" || said.kind === "will-not-start";
    item.iconPath = new vscode.ThemeIcon(bad ? "error" : said.kind === "fits" ? "server-process" : "question");
    item.command = { title: "", command: "vscode.open", arguments: [uri, { selection: toRange(analysis.deployment.anchor) }] };
    return item;
  }

  private async read(uri: vscode.Uri): Promise<DeploymentItem[]> {
    const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
    const text = open?.getText() ?? (await textOf(uri));
    if (text === undefined || !looksLikeDeployment(text)) return [];
    const analysis = open ? this.documents.analysis(open) : analyse(text, this.documents.options(uri));
    return (analysis?.deployments ?? []).map((one) => ({ uri, deploymentId: one.deployment.id, analysis: one }));
  }
}

async function textOf(uri: vscode.Uri): Promise<string | undefined> {
  const { size } = await vscode.workspace.fs.stat(uri);
  return size > largestFile ? undefined : new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
}

/** A server in the tree: attached, or the demo server that nobody attached to yet. */
export interface ServerItem {
  readonly url: string;
  readonly attached: boolean;
}

export class ServerTree implements vscode.TreeDataProvider<ServerItem> {
  constructor(
    private readonly attachments: Attachments,
    private readonly demo: Demo,
  ) {}

  getChildren(element?: ServerItem): ServerItem[] {
    if (element) return [];
    const attached = this.attachments.list().map(({ url }) => ({ url, attached: true }));
    const { url } = this.demo;
    const idle = url && !attached.some((one) => one.url.startsWith(url)) ? [{ url, attached: false }] : [];
    return [...attached, ...idle];
  }

  getTreeItem({ url, attached }: ServerItem): vscode.TreeItem {
    const item = new vscode.TreeItem(redactUrl(url));
    if (!attached) {
      item.description = vscode.l10n.t("demo server, not attached");
      item.iconPath = new vscode.ThemeIcon("debug-start");
      item.command = { title: "", command: fullId("attach"), arguments: [undefined, undefined, url] };
      return item;
    }
    const attachment = this.attachments.list().find((one) => one.url === url);
    const gauges = attachment?.last?.snapshot?.gauges;
    const ttft = attachment?.last?.windows.ttft_seconds?.p95 ?? null;
    const words = [
      gauges?.requests_running === undefined ? "" : vscode.l10n.t("{0} running", whole(gauges.requests_running)),
      ttft === null ? "" : `TTFT p95 ${duration(ttft)}`,
    ];
    item.description = words.filter((word) => word !== "").join(" · ");
    item.contextValue = "server";
    item.iconPath = new vscode.ThemeIcon(attachment?.status.state === "lost" ? "debug-disconnect" : "pulse");
    item.command = { title: "", command: fullId("openLive"), arguments: [url] };
    return item;
  }
}
