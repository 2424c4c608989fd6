import * as vscode from "vscode";
import { duration, whole } from "../catalog/quantity.ts";
import type { LensState } from "../language/lenses.ts";
import type { LivePoint } from "../live/snapshot.ts";
import type { Attachment } from "./attachment.ts";

/** Quantiles of one second jump about: half a minute says more. */
const recentSeconds = 30;

/** How a server stands, as its lens says it. */
export function serverState(attachment: Attachment): NonNullable<LensState["server"]> {
  const { last } = attachment;
  if (isSilent(attachment)) return { kind: "lost", seconds: Math.round(silentSeconds(attachment) / 5) * 5 };
  const gauges = last?.snapshot?.gauges;
  return {
    kind: "attached",
    running: gauges?.requests_running ?? null,
    kvUsage: gauges?.kv_cache_usage ?? null,
    ttftP95Seconds: recentTtft(attachment),
  };
}

/** It gives no figures now. */
export function isSilent({ status }: Attachment): boolean {
  return status.state === "lost" || status.state === "wrong-page" || status.state === "needs-key";
}

/** Since its last answer, by the clock that its looks have. */
export function silentSeconds({ series, status, now }: Attachment): number {
  const last = series.points.findLast((point: LivePoint) => point.snapshot !== undefined)?.time ?? status.since;
  return Math.max(0, now - last);
}

function recentTtft({ series }: Attachment): number | null {
  return series.window(recentSeconds)?.windows.ttft_seconds?.p95 ?? null;
}

/** `64 running · 229 ms`; what a server does not offer is left out. */
export function runningWords(attachment: Attachment): string {
  const running = attachment.last?.snapshot?.gauges.requests_running;
  const ttft = recentTtft(attachment);
  const words = running === undefined ? vscode.l10n.t("live") : vscode.l10n.t("{0} running", whole(running));
  return ttft === null ? words : `${words} · ${duration(ttft)}`;
}
