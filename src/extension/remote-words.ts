import * as vscode from "vscode";
import type { Message } from "../deployment/message.ts";
import { machineName, type RemoteMachine, refusedLocalhost } from "./remote-machine.ts";

/** What the machine is called that extensions of this window run on; null where it is the one in front of the person. */
export function askingMachine(): Message | null {
  return machineName(machineOfWindow());
}

/** What a refused address of this machine means where that is not the one in front of the person; null where it is. */
export function refusedHere(port: string): Message | null {
  return refusedLocalhost(machineOfWindow(), port);
}

function machineOfWindow(): RemoteMachine {
  const { remoteName, uiKind } = vscode.env;
  const authority = vscode.workspace.workspaceFolders?.[0]?.uri.authority;
  return { remoteName, isWeb: uiKind === vscode.UIKind.Web, authority };
}
