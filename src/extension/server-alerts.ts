import * as vscode from "vscode";
import type { Slo } from "../deployment/deployment.ts";
import { type Alert, Alerts } from "../live/alerts/alerts.ts";
import type { DriftRow } from "../live/drift/drift.ts";
import type { LiveSeries } from "../live/series/series.ts";
import { fullId } from "./command-ids.ts";
import { plainWords } from "./plain-words.ts";
import { Settings } from "./settings.ts";
import { translated } from "./translate.ts";

/** Latencies are judged over so much. */
const windowSeconds = 60;

/** Who is told of. */
export interface AlertedServer {
  readonly name: string;
  readonly url: string;
}

/** What one attached server is told for: quietly in tree, status bar and log, as a notification only where the settings ask for it. */
export class ServerAlerts {
  private readonly alerts = new Alerts();

  constructor(
    private readonly server: AlertedServer,
    private readonly log: (text: string) => void,
  ) {}

  get current(): readonly Alert[] {
    return this.alerts.current;
  }

  /** After each look. */
  take(series: LiveSeries, slo: Slo | null, drift: readonly DriftRow[]): void {
    const level = new Settings(undefined).alerts;
    const { last, points, members } = series;
    if (level === "off" || !last) return;
    const watched = { time: last.time, points, window: series.window(windowSeconds), slo, members, drift };
    const { raised, cleared } = this.alerts.take(watched);
    for (const alert of raised) {
      this.log(`${this.server.name}: ${translated(alert.words)}`);
      // The others are events of the series already.
      if (alert.kind === "limit-missed" || alert.kind === "queue-grows")
        series.mark({ time: alert.since, kind: "alert", words: alert.words });
      if (level === "notify") void this.notify(alert);
    }
    for (const alert of cleared) this.log(`${this.server.name}: over: ${translated(alert.words)}`);
  }

  private async notify(alert: Alert): Promise<void> {
    const openLive = vscode.l10n.t("Open live");
    const words = vscode.l10n.t("{0}: {1}", this.server.name, translated(alert.words));
    const chosen = await vscode.window.showWarningMessage(plainWords(words), openLive);
    if (chosen === openLive) await vscode.commands.executeCommand(fullId("openLive"), this.server.url);
  }
}
