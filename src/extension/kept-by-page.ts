import type * as vscode from "vscode";

const most = 20;

interface Stored<Kept> {
  /** Of the extension that stored it: another one may read it otherwise. */
  readonly version: string;
  /** By page, the oldest first. */
  readonly pages: readonly (readonly [page: string, kept: Kept])[];
}

/** What pages show that no file tells anew, kept for when they come back after a reload of the window. */
export class KeptByPage<Kept> {
  constructor(
    private readonly state: vscode.Memento,
    private readonly key: string,
    private readonly version: string,
  ) {}

  of(page: string): Kept | undefined {
    return this.all.find(([name]) => name === page)?.[1];
  }

  /** undefined = forget it. */
  async keep(page: string, kept: Kept | undefined): Promise<void> {
    const others = this.all.filter(([name]) => name !== page);
    const stored: Stored<Kept> = { version: this.version, pages: kept ? [...others, [page, kept] as const].slice(-most) : others };
    await this.state.update(this.key, stored);
  }

  private get all(): Stored<Kept>["pages"] {
    const stored = this.state.get<Stored<Kept>>(this.key);
    return stored?.version === this.version ? stored.pages : [];
  }
}
