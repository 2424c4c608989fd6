import type * as vscode from "vscode";
import type { FromLiveView, ToLiveView } from "../protocol/live-view.ts";
import { PagePanel } from "./page-panel.ts";

/** One webview that shows a live server. It holds nothing: all it shows is sent again when it comes up anew. */
export class LivePage implements vscode.Disposable {
  private readonly page: PagePanel<FromLiveView, ToLiveView>;

  constructor(
    panel: vscode.WebviewPanel,
    extension: vscode.Uri,
    id: string,
    /** Everything the page must know, in order. */
    everything: () => readonly ToLiveView[],
    receive: (message: FromLiveView) => void,
    closed: () => void,
  ) {
    const ready = (): void => {
      for (const message of everything()) this.page.send(message);
    };
    this.page = new PagePanel(panel, extension, { page: "live", id }, { ready, receive, closed });
  }

  get isVisible(): boolean {
    return this.page.isVisible;
  }

  reveal(): void {
    this.page.reveal();
  }

  /** To a page that looks; a hidden one gets everything when it returns. */
  send(message: ToLiveView): void {
    this.page.send(message);
  }

  dispose(): void {
    this.page.dispose();
  }
}
