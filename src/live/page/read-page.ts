import { parsedJson } from "../../catalog/json-text.ts";
import { type Message, message, plain } from "../../deployment/message.ts";
import { pageFacts } from "../running/page-facts.ts";
import type { MetricsPage, Snapshot } from "../snapshot.ts";
import { snapshotOf } from "./canonical.ts";
import { foreignPage } from "./foreign-page.ts";
import { readIterations } from "./iteration-stats.ts";
import { parseMetrics } from "./metrics-text.ts";
import { mixedIn } from "./mixed.ts";

/** What a fetched text turned out to be; `problems` are the lines that made no sense, and what stands together in its figures. */
export type PageAnswer =
  | { readonly kind: "snapshot"; readonly snapshot: Snapshot; readonly problems: readonly string[]; readonly limit?: string }
  | { readonly kind: "wrong-page" | "cut-off"; readonly detail: Message; readonly problems: readonly string[] };

/** Reads a text fetched at `time` (unix seconds) as the metrics page of a serving engine. */
export function readPage(text: string, time: number): PageAnswer {
  const page = pageOf(text);
  const { problems } = page;
  if (page.families.size === 0 && !page.writer)
    return { kind: "wrong-page", detail: foreignPage(text) ?? message("Not Prometheus text: no line of it could be read"), problems };
  // Of what is missing nothing is known; a first page cut short would make the next one look like a burst.
  if (page.cutOff) return { kind: "cut-off", detail: message("The page is cut off in the middle of a line"), problems };
  const snapshot = snapshotOf(page, time);
  if (snapshot.server.kind === "unknown") {
    return { kind: "wrong-page", detail: message("Prometheus text, but no metric of a serving engine in it: check the port"), problems };
  }
  const { limit } = page;
  return {
    kind: "snapshot",
    snapshot: { ...snapshot, told: pageFacts(page) },
    problems: [...mixedIn(snapshot.server).map(plain), ...problems],
    ...(limit === undefined ? {} : { limit }),
  };
}

/** Text and JSON are told apart by what they are, whatever header came with them; a line of text may begin with a brace too. */
function pageOf(text: string): MetricsPage {
  const iterations = /^\s*[[{]/.test(text) ? readIterations(parsedJson(text)) : undefined;
  return iterations ?? parseMetrics(text);
}
