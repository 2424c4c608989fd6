import * as vscode from "vscode";
import { duration, percent, whole } from "../catalog/quantity.ts";
import type { Alert } from "../live/alerts/alerts.ts";
import type { EngineRow } from "../live/series/engines.ts";
import { engineTable } from "../live/series/engines.ts";
import type { MemberState } from "../live/source.ts";
import { podsTarget } from "../platform/pods-target.ts";
import { redactUrl } from "../platform/url.ts";
import type { RecordingView } from "../protocol/live-view.ts";
import type { Attachment } from "./attachment.ts";
import type { Attachments } from "./attachments.ts";
import { fullId } from "./command-ids.ts";
import type { Demo } from "./demo.ts";
import { serverContext } from "./server-context.ts";
import { isSilent, silentSeconds } from "./server-words.ts";
import { translated } from "./translate.ts";

/** Over how many seconds engines are compared. */
const engineSeconds = 60;
/** A fleet of more servers is opened by whoever wants to see them. */
const mostOpened = 6;

/** A server, or what there is to tell of it. Commands of the view find their server by `url`. */
export type ServerItem = { readonly url: string } & (
  | { readonly kind: "server"; readonly attachment: Attachment }
  /** The demo server that nobody attached to yet. */
  | { readonly kind: "idle" }
  | { readonly kind: "alert"; readonly alert: Alert }
  | { readonly kind: "recording"; readonly recording: RecordingView }
  | { readonly kind: "member"; readonly member: MemberState }
  | { readonly kind: "engine"; readonly engine: EngineRow; readonly isOutlier: boolean }
);

/** Attached servers with their state and key figures; below each what is wrong, what is recorded, and who it is made of. */
export class ServerTree implements vscode.TreeDataProvider<ServerItem> {
  constructor(
    private readonly attachments: Attachments,
    private readonly demo: Demo,
  ) {}

  getChildren(element?: ServerItem): ServerItem[] {
    if (element) return element.kind === "server" ? this.within(element.attachment) : [];
    const attached = this.attachments.list().map((attachment): ServerItem => ({ kind: "server", url: attachment.url, attachment }));
    const { url } = this.demo;
    const idle = url && !attached.some((one) => this.demo.isAt(one.url)) ? [{ kind: "idle", url } as const] : [];
    return [...attached, ...idle];
  }

  getTreeItem(item: ServerItem): vscode.TreeItem {
    switch (item.kind) {
      case "server":
        return serverItem(item.attachment, this.attachments.recordings.view(item.url) !== null, this.within(item.attachment).length);
      case "idle":
        return idleItem(item.url);
      case "alert":
        return row(translated(item.alert.words), vscode.l10n.t("since {0}", clock(item.alert.since)), warning);
      case "recording":
        return row(vscode.l10n.t("Recording"), recordingWords(item.recording), new vscode.ThemeIcon("record"));
      case "member":
        return row(item.member.name, memberWords(item.member), memberIcon(item.member));
      case "engine":
        return row(
          vscode.l10n.t("Engine {0}", item.engine.engine),
          engineWords(item.engine),
          item.isOutlier ? warning : new vscode.ThemeIcon("server-process"),
        );
      default:
        return item satisfies never;
    }
  }

  private within(attachment: Attachment): ServerItem[] {
    const { url, alerts, series } = attachment;
    const recording = this.attachments.recordings.view(url);
    const members = series.members.map((member): ServerItem => ({ kind: "member", url, member }));
    return [
      ...alerts.map((alert): ServerItem => ({ kind: "alert", url, alert })),
      ...(recording ? [{ kind: "recording", url, recording } as const] : []),
      ...(members.length > 0 ? members : enginesOf(attachment)),
    ];
  }
}

/** Engines of one server, where there are several. */
function enginesOf({ url, series, last }: Attachment): ServerItem[] {
  const snapshot = last?.snapshot;
  if (!snapshot?.perEngine || snapshot.perEngine.length < 2) return [];
  const { rows, outlier } = engineTable(series.window(engineSeconds) ?? { firstApart: snapshot, last: snapshot });
  return rows.map((engine): ServerItem => ({ kind: "engine", url, engine, isOutlier: engine.engine === outlier }));
}

const warning = new vscode.ThemeIcon("warning", new vscode.ThemeColor("list.warningForeground"));

function serverItem(attachment: Attachment, isRecorded: boolean, children: number): vscode.TreeItem {
  const { url, name, alerts, subject, replay } = attachment;
  const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(shortName(name), children === 0 ? None : children > mostOpened ? Collapsed : Expanded);
  item.id = url;
  item.description = figures(attachment);
  const told = alerts.map(({ words }) => translated(words));
  item.tooltip = [name, subject?.analysis.deployment.name ?? "", item.description, ...told].filter((line) => line !== "").join("\n");
  item.contextValue = serverContext({
    isRecorded,
    isReplay: replay !== undefined,
    isCompared: subject !== undefined,
    isPods: podsTarget(url) !== undefined,
  });
  item.iconPath = serverIcon(attachment);
  item.command = { title: "", command: fullId("openLive"), arguments: [url] };
  return item;
}

/** Buttons leave little room. */
function shortName(name: string): string {
  return name.replace(/^https?:\/\//, "").replace(/\/metrics$/, "");
}

function idleItem(url: string): vscode.TreeItem {
  const item = new vscode.TreeItem(redactUrl(url));
  item.description = vscode.l10n.t("demo server, not attached");
  item.iconPath = new vscode.ThemeIcon("debug-start");
  item.command = { title: "", command: fullId("attach"), arguments: [undefined, undefined, url] };
  return item;
}

function row(label: string, description: string, icon: vscode.ThemeIcon): vscode.TreeItem {
  const item = new vscode.TreeItem(label);
  item.description = description;
  item.tooltip = `${label}\n${description}`;
  item.iconPath = icon;
  return item;
}

function serverIcon(attachment: Attachment): vscode.ThemeIcon {
  const { status, alerts, replay } = attachment;
  if (replay) return new vscode.ThemeIcon("history");
  if (status.state === "needs-key") return new vscode.ThemeIcon("key");
  if (isSilent(attachment)) return new vscode.ThemeIcon("debug-disconnect", new vscode.ThemeColor("list.errorForeground"));
  if (status.state === "connecting") return new vscode.ThemeIcon("loading~spin");
  if (alerts.length > 0) return warning;
  return new vscode.ThemeIcon(status.state === "idle" ? "circle-outline" : "pulse");
}

/** `64 running · TTFT p95 229 ms`, or why there are no figures. */
function figures(attachment: Attachment): string {
  const { status, last, series, alerts } = attachment;
  if (status.state === "connecting") return vscode.l10n.t("connecting");
  if (status.state === "needs-key") return vscode.l10n.t("needs a key");
  if (status.state === "wrong-page") return vscode.l10n.t("not a metrics page");
  if (isSilent(attachment)) return vscode.l10n.t("no answer for {0}", duration(Math.round(silentSeconds(attachment))));
  const running = last?.snapshot?.gauges.requests_running;
  const ttft = series.window(30)?.windows.ttft_seconds?.p95 ?? null;
  return [
    status.state === "idle" ? vscode.l10n.t("idle") : "",
    running === undefined ? "" : vscode.l10n.t("{0} running", whole(running)),
    ttft === null ? "" : `TTFT p95 ${duration(ttft)}`,
    alerts.length === 0 ? "" : alerts.length === 1 ? vscode.l10n.t("1 alert") : vscode.l10n.t("{0} alerts", alerts.length),
  ]
    .filter((word) => word !== "")
    .join(" · ");
}

function recordingWords({ name, seconds, bytes }: RecordingView): string {
  return [name, duration(Math.round(seconds)), `${(bytes / 1e6).toFixed(1)} MB`].join(" · ");
}

function memberWords({ role, state, detail, measures }: MemberState): string {
  const running = measures?.gauges.requests_running;
  return [
    role === "prefill" ? vscode.l10n.t("prefill") : role === "decode" ? vscode.l10n.t("decode") : "",
    state === "lost" ? detail || vscode.l10n.t("no answer") : "",
    state === "lost" || running === undefined ? "" : vscode.l10n.t("{0} running", whole(running)),
  ]
    .filter((word) => word !== "")
    .join(" · ");
}

function memberIcon({ state }: MemberState): vscode.ThemeIcon {
  if (state === "lost") return new vscode.ThemeIcon("debug-disconnect", new vscode.ThemeColor("list.errorForeground"));
  return new vscode.ThemeIcon(state === "idle" ? "circle-outline" : "pulse");
}

function engineWords({ running, waiting, kvUsage }: EngineRow): string {
  return [
    running === null ? "" : vscode.l10n.t("{0} running", whole(running)),
    waiting === null ? "" : vscode.l10n.t("{0} waiting", whole(waiting)),
    kvUsage === null ? "" : `KV ${percent(kvUsage)}`,
  ]
    .filter((word) => word !== "")
    .join(" · ");
}

function clock(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toLocaleTimeString(vscode.env.language);
}
