import type { ToLiveView } from "../protocol/live-view.ts";
import type { Attachment } from "./attachment.ts";
import type { EditorConnections } from "./editor-connections.ts";
import { askingMachine } from "./remote-words.ts";

/** From where a server is asked, and whether it has to prove who it is. */
export function connectionMessage({ source, url }: Attachment, connections: EditorConnections): ToLiveView {
  return { kind: "connection", connection: { source: source.kind, from: askingMachine(), tlsVerified: connections.isVerified(url) } };
}
