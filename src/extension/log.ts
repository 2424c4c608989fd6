import * as vscode from "vscode";

/** The one output channel, made when the first line is written. Callers keep tokens and addresses with credentials out of it. */
export class Log implements vscode.Disposable {
  private channel: vscode.LogOutputChannel | undefined;

  trace(text: string): void {
    this.open().trace(text);
  }

  info(text: string): void {
    this.open().info(text);
  }

  warn(text: string): void {
    this.open().warn(text);
  }

  error(text: string, cause: unknown): void {
    this.open().error(text, cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
  }

  show(): void {
    this.open().show(true);
  }

  dispose(): void {
    this.channel?.dispose();
  }

  private open(): vscode.LogOutputChannel {
    this.channel ??= vscode.window.createOutputChannel("Inference Lens", { log: true });
    return this.channel;
  }
}
