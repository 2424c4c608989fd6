import { type Fields, isFields } from "../../deployment/case-fields.ts";
import { serverKinds } from "../page/server-kinds.ts";
import type { RunningServer, Told } from "../running/running-server.ts";
import type { CanonicalCounter, CanonicalGauge, Snapshot } from "../snapshot.ts";
import type { Look } from "../source.ts";
import { counterWords, gaugeWords } from "../words.ts";
import { memberOf } from "./measures-json.ts";
import { type RecordingHeader, recordingVersion } from "./recording-header.ts";

/**
 * The look behind a line of `watch --format jsonl`, as far as the line tells it: gauges and counters; its quantiles are those of one look
 * and make no histogram. undefined for what is no such line.
 */
export function lookOfWatchLine(line: Fields): Look | undefined {
  const { time, state, metrics, server, error } = line;
  if (typeof time !== "number" || !Number.isFinite(time) || typeof state !== "string" || !isFields(metrics)) return undefined;
  if (state === "lost") return { kind: "none", why: "lost", detail: typeof error === "string" ? error : "", time, problems: [] };
  return { kind: "scrape", snapshot: snapshotOf(time, metrics, isFields(server) ? server : {}), problems: [] };
}

/** What such a line says of its server. */
export function headerOfWatchLine({ server }: Fields, name: string): RecordingHeader {
  return {
    version: recordingVersion,
    by: "",
    source: "metrics-url",
    name,
    intervalSeconds: 1,
    running: runningOf(memberOf(server, "version"), memberOf(server, "model")),
    deployment: null,
  };
}

function runningOf(version: unknown, model: unknown): RunningServer {
  const told = (value: unknown): Told<string> | null => {
    const word = wordOf(value);
    return word === null ? null : { value: word, from: "watch" };
  };
  const cache = { tokens: null, blocks: null };
  return { engine: "unknown", version: told(version), model: told(model), modelRoot: null, settings: {}, cache, flags: new Map() };
}

function wordOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function snapshotOf(time: number, metrics: Fields, server: Fields): Snapshot {
  const gauges: Partial<Record<CanonicalGauge, number>> = {};
  const counters: Partial<Record<CanonicalCounter, number>> = {};
  for (const word of gaugeWords) {
    const value = metrics[word];
    if (typeof value === "number") gauges[word] = value;
  }
  for (const word of counterWords) {
    const value = metrics[word];
    if (typeof value === "number") counters[word] = value;
  }
  return {
    time,
    server: {
      kind: serverKinds.find((kind) => kind === server.kind) ?? "unknown",
      model: wordOf(server.model),
      engines: typeof server.engines === "number" ? server.engines : 1,
    },
    gauges,
    counters,
    histograms: {},
    startedAt: undefined,
    cacheConfig: undefined,
  };
}
