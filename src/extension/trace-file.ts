import * as vscode from "vscode";
import type { RequestRecords } from "../simulation/report/report.ts";
import type { Timeline } from "../simulation/timeline/timeline.ts";
import { traceEvents } from "../simulation/timeline/trace-events.ts";

/** Pieces of a trace that are made at once; in between the editor goes on. */
const piecesAtOnce = 20_000;

/** Saves a run as a trace for Perfetto where a person chooses; the name that is offered lies beside the deployment's file. */
export async function saveTrace(name: string, beside: vscode.Uri, timeline: Timeline, requests: RequestRecords): Promise<void> {
  const target = await vscode.window.showSaveDialog({ defaultUri: vscode.Uri.joinPath(beside, "..", `${name}-trace.json`) });
  if (!target) return;
  const parts: string[] = [];
  let pieces: string[] = [];
  for (const piece of traceEvents(timeline, requests)) {
    pieces.push(piece);
    if (pieces.length < piecesAtOnce) continue;
    parts.push(pieces.join(""));
    pieces = [];
    await new Promise((go) => setImmediate(go));
  }
  await vscode.workspace.fs.writeFile(target, Buffer.from(`${parts.join("")}${pieces.join("")}`));
  const file = target.path.split("/").at(-1) ?? name;
  const { to, end } = timeline;
  const told =
    to < end
      ? vscode.l10n.t("Wrote {0}, which holds {1} of {2} s: ui.perfetto.dev opens it", file, Math.round(to), Math.round(end))
      : vscode.l10n.t("Wrote {0}: ui.perfetto.dev opens it", file);
  vscode.window.setStatusBarMessage(told, 8000);
}
