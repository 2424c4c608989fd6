import * as vscode from "vscode";
import { attachAddresses } from "../language/attach-addresses.ts";
import { normaliseUrl } from "../platform/url.ts";
import type { AttachWay } from "./server-choice.ts";
import type { Subject } from "./subject.ts";

/** Where the file says that its engines listen, as proposals: nothing is asked before a person takes one. */
export function fileAddresses({ analysis }: Subject): readonly AttachWay[] {
  return attachAddresses(analysis.deployment).map(({ address, from }) => ({
    label: address,
    description:
      from === "flag" ? vscode.l10n.t("the file's --port, on this machine") : vscode.l10n.t("the engine's own port, on this machine"),
    choose: async () => normaliseUrl(address),
  }));
}
