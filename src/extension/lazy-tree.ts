import * as vscode from "vscode";

/** A tree whose contents come from an application that is loaded when the view is first looked at. */
export class LazyTree<T> implements vscode.TreeDataProvider<T> {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;

  constructor(private readonly load: () => Promise<vscode.TreeDataProvider<T>>) {}

  async getTreeItem(element: T): Promise<vscode.TreeItem> {
    return (await this.load()).getTreeItem(element);
  }

  async getChildren(element?: T): Promise<T[]> {
    return (await (await this.load()).getChildren(element)) ?? [];
  }

  refresh(): void {
    this.changed.fire(undefined);
  }
}
