import * as vscode from "vscode";
import { duration, whole } from "../catalog/quantity.ts";
import { redactUrl } from "../platform/url.ts";
import type { Attachments } from "./attachments.ts";
import { fullId } from "./command-ids.ts";
import type { Demo } from "./demo.ts";

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
