import { type Message, message } from "../deployment/message.ts";

/** On which machine the extensions of a window run, as VS Code tells it. */
export interface RemoteMachine {
  /** `ssh-remote`, `wsl`, `dev-container`, …; undefined = none. */
  readonly remoteName: string | undefined;
  /** The window is a page in a browser. */
  readonly isWeb: boolean;
  /** `ssh-remote+gpu-7`; undefined where no folder is open. */
  readonly authority: string | undefined;
}

/** What the machine is called; null where it is the one in front of the person. */
export function machineName({ remoteName, isWeb, authority }: RemoteMachine): Message | null {
  const host = hostOf(authority);
  switch (remoteName) {
    case undefined:
      return isWeb ? message("the machine behind this page") : null;
    case "ssh-remote":
      return host === null ? message("the SSH host") : message("SSH: {0}", host);
    case "wsl":
      return host === null ? message("WSL") : message("WSL: {0}", host);
    case "dev-container":
    case "attached-container":
      return message("the container");
    case "k8s-container":
      return message("the pod's container");
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
export function refusedLocalhost({ remoteName, isWeb, authority }: RemoteMachine, port: string): Message | null {
  switch (remoteName) {
    case undefined:
      return isWeb
        ? message(
            "Extensions of this page run on the machine that serves it: localhost is that one. A port of your own machine cannot be reached from there.",
          )
        : null;
    case "ssh-remote":
      return message(
        "Extensions of this window run on the SSH host: localhost is that one. For a server or a port-forward on your own machine, run the port-forward there instead, or bring the port over with ssh -R {0}:localhost:{0} {1}.",
        port,
        hostOf(authority) ?? "HOST",
      );
    case "wsl":
      return message(
        "Extensions of this window run in WSL: localhost is WSL. A server on Windows is reached under the address of the Windows host, or as localhost with mirrored networking.",
      );
    case "dev-container":
    case "attached-container":
      return message(
        "Extensions of this window run in a container: localhost is the container. A server on its host is reached as host.docker.internal:{0}, where the container knows that name.",
        port,
      );
    case "k8s-container":
      return message(
        "Extensions of this window run in a pod: localhost is that pod. A server of the same cluster is reached by the name of its Service, as in SERVICE.NAMESPACE:{0}.",
        port,
      );
    case "codespaces":
      return message(
        "Extensions of this window run in the codespace: localhost is that one, and a port of your own machine cannot be reached from there. Run the port-forward in the codespace's terminal, or open the file on your own machine.",
      );
    case "tunnel":
      return message(
        "Extensions of this window run on the machine behind the tunnel: localhost is that one, and a port of your own machine cannot be reached from there. Run the port-forward on that machine.",
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
