import * as vscode from "vscode";
import { type Message, message } from "../deployment/message.ts";

/** What the machine is called that extensions of this window run on; null where it is the one in front of the person. */
export function askingMachine(): Message | null {
  const { remoteName } = vscode.env;
  const host = hostOf(vscode.workspace.workspaceFolders?.[0]?.uri.authority);
  switch (remoteName) {
    case undefined:
      return vscode.env.uiKind === vscode.UIKind.Web ? message("the machine behind this page") : null;
    case "ssh-remote":
      return host === null ? message("the SSH host") : message("SSH: {0}", host);
    case "wsl":
      return host === null ? message("WSL") : message("WSL: {0}", host);
    case "dev-container":
    case "attached-container":
    case "k8s-container":
      return message("the container");
    case "codespaces":
      return message("the codespace");
    case "tunnel":
      return host === null ? message("the machine behind the tunnel") : message("tunnel: {0}", host);
    default:
      return message("the remote machine");
  }
}

/**
 * Why an address of this machine cannot be reached where extensions run on another one: the editor forwards ports of that machine to the
 * person's, never the other way round.
 */
export function refusedHere(port: string): Message | null {
  switch (vscode.env.remoteName) {
    case undefined:
      return vscode.env.uiKind === vscode.UIKind.Web
        ? message(
            "Extensions of this page run on the machine that serves it: localhost is that one. A port of your own machine cannot be reached from there.",
          )
        : null;
    case "ssh-remote": {
      const host = hostOf(vscode.workspace.workspaceFolders?.[0]?.uri.authority) ?? "HOST";
      return message(
        "Extensions of this window run on the SSH host: localhost is that one. For a server or a port-forward on your own machine, run the port-forward there instead, or bring the port over with ssh -R {0}:localhost:{0} {1}.",
        port,
        host,
      );
    }
    case "wsl":
      return message(
        "Extensions of this window run in WSL: localhost is WSL. A server on Windows is reached under the address of the Windows host, or as localhost with mirrored networking.",
      );
    case "dev-container":
    case "attached-container":
    case "k8s-container":
      return message(
        "Extensions of this window run in a container: localhost is the container. A server on its host is reached as host.docker.internal:{0}, where the container knows that name.",
        port,
      );
    default:
      return message(
        "Extensions of this window run on another machine: localhost is that one. A port of your own machine cannot be reached from there.",
      );
  }
}

/** `ssh-remote+gpu-7` → `gpu-7`; names that are packed (containers, some hosts) say nothing to a person. */
function hostOf(authority: string | undefined): string | null {
  const name = authority?.slice(authority.indexOf("+") + 1) ?? "";
  return /^(?=.*[^\da-f])[\w.@-]{1,60}$/i.test(name) && authority?.includes("+") ? name : null;
}
