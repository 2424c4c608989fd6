import type * as vscode from "vscode";
import type { KeptLog } from "./memory-model.ts";

const key = "inferenceLens.startLogs";
const most = 20;

interface Stored {
  /** Of the extension that stored it: another one may read logs otherwise. */
  readonly version: string;
  /** By page, the oldest first. */
  readonly logs: readonly (readonly [page: string, log: KeptLog])[];
}

/** What start-up logs told, kept for pages that come back after a reload of the window. */
export class KeptLogs {
  constructor(
    private readonly state: vscode.Memento,
    private readonly version: string,
  ) {}

  of(page: string): KeptLog | undefined {
    return this.logs.find(([name]) => name === page)?.[1];
  }

  /** undefined = forget it. */
  async keep(page: string, log: KeptLog | undefined): Promise<void> {
    const others = this.logs.filter(([name]) => name !== page);
    const stored: Stored = { version: this.version, logs: log ? [...others, [page, log] as const].slice(-most) : others };
    await this.state.update(key, stored);
  }

  private get logs(): Stored["logs"] {
    const stored = this.state.get<Stored>(key);
    return stored?.version === this.version ? stored.logs : [];
  }
}
