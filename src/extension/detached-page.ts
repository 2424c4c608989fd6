import * as vscode from "vscode";
import { podsName, podsTarget } from "../platform/pods-target.ts";
import { redactUrl } from "../platform/url.ts";
import type { ToLiveView } from "../protocol/live-view.ts";
import { LivePage } from "./live-page.ts";

/** A page that VS Code brings back after a reload: it shows that nothing is attached, and asks no server until a person says so. */
export function showDetached(panel: vscode.WebviewPanel, extension: vscode.Uri, url: string, attach: (url: string) => void): void {
  const page: LivePage = new LivePage(
    panel,
    extension,
    url,
    () => detachedMessages(url),
    (message) => {
      if (message.kind !== "retry") return;
      page.dispose();
      attach(url);
    },
    () => page.dispose(),
  );
}

/** What a page shows whose server is not attached any more since the window was reloaded. */
function detachedMessages(url: string): readonly ToLiveView[] {
  // Context and namespace are seen before they are asked again.
  const pods = podsTarget(url);
  const header = {
    url: pods ? podsName(pods) : redactUrl(url),
    deployment: null,
    place: null,
    line: null,
    server: "",
    model: null,
    intervalSeconds: 1,
    words: "",
    slo: null,
    versions: [],
    gpuPeak: null,
  };
  const detail = vscode.l10n.t("Not attached since the window was reloaded");
  return [
    { kind: "header", header },
    { kind: "history", points: [] },
    { kind: "state", state: "lost", detail, sinceSeconds: 0, retryInSeconds: null },
  ];
}
