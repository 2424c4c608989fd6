import { duration, figure, percent, whole } from "../../catalog/quantity.ts";
import { statedQuantile } from "../../live/series/quantile.ts";
import type { CanonicalHistogram, LivePoint } from "../../live/snapshot.ts";
import { isQuantiles, type WatchEngine, type WatchLine, type WatchMetrics } from "../../live/watch-line.ts";
import type { Style, Terminal } from "../terminal.ts";
import { printable } from "./printable.ts";

type Metrics = WatchMetrics | WatchEngine;

interface Column {
  /** As it stands above the column. */
  readonly head: string;
  /** In the list of what is not offered. */
  readonly name: string;
  readonly width: number;
  readonly word: string;
  readonly cell: (metrics: Metrics, point: LivePoint) => string;
}

/** Together with the time and the state they fit 100 columns. */
const columns: readonly Column[] = [
  number("run", "running", 5, "requests_running", whole),
  number("wait", "waiting", 5, "requests_waiting", whole),
  number("KV", "KV cache in use", 6, "kv_cache_usage", percent),
  number("in tok/s", "prompt tokens", 8, "prompt_tokens_per_second", figure),
  number("out tok/s", "output tokens", 9, "generation_tokens_per_second", figure),
  number("req/s", "requests", 6, "requests_per_second", figure),
  latency("TTFT p95", "TTFT", 8, "ttft_seconds"),
  latency("ITL p95", "ITL", 8, "itl_seconds"),
  latency("E2E p95", "E2E", 8, "e2e_seconds"),
];

const styles: Readonly<Record<WatchLine["state"], Style>> = { live: "green", idle: "dim", restarted: "yellow", lost: "red" };
const timeWidth = 8;
const stateWidth = 9;
/** Lines after which the heads are out of sight. */
const headEvery = 40;

/** Looks as lines for people, under heads that come again when they are out of sight or other figures are offered. */
export class WatchTable {
  private head = "";
  private since = 0;
  private readonly labels: readonly string[];

  /** Labels of several sources; each stands as a number that the heads explain. */
  constructor(
    labels: readonly string[],
    private readonly paint: Terminal["paint"],
  ) {
    this.labels = labels.length > 1 ? labels.map(printable) : [];
  }

  line(label: string, line: WatchLine, point: LivePoint): string {
    const source = this.labels.length > 0 ? `[${this.labels.indexOf(printable(label)) + 1}]  ` : "";
    const start = `${clock(line.time)}  ${source}${this.paint(styles[line.state], line.state.padEnd(stateWidth))}`;
    if (line.state === "lost") return `${start}  ${printable(line.error ?? "")}\n`;
    const cells = columns.map((column) => cellOf(column, line.metrics, point).padStart(column.width));
    const engines = (line.engines ?? []).map((engine) => this.engineLine(engine, point, source.length));
    return `${this.heads(point)}${start}  ${cells.join("  ")}\n${engines.join("")}`.replace(/ +\n/g, "\n");
  }

  private engineLine(engine: WatchEngine, point: LivePoint, indent: number): string {
    const width = timeWidth + 2 + indent + stateWidth;
    const alone = typeof engine.engine === "string" ? printable(engine.engine) : "";
    const named = `engine ${alone}`;
    const name = named.length <= width ? named.padEnd(width) : alone.length <= width ? alone.padEnd(width) : `…${alone.slice(1 - width)}`;
    return `${name}  ${columns.map((column) => cellOf(column, engine, point).padStart(column.width)).join("  ")}\n`;
  }

  /** Empty while those above still hold. */
  private heads(point: LivePoint): string {
    const means = columns.filter((column) => isMean(column, point)).map(({ name }) => name);
    const missing = columns.filter((column) => !isOffered(column, point)).map(({ name }) => name);
    const names = [clockHead, ...(this.labels.length > 0 ? ["   "] : []), "state".padEnd(stateWidth)];
    const head = [
      ...this.labels.map((label, index) => `[${index + 1}] ${label}\n`),
      `${[...names, ...columns.map(({ head: word, width }) => word.padStart(width))].join("  ")}\n`,
      missing.length > 0 ? `not offered: ${missing.join(", ")}\n` : "",
      means.length > 0 ? `means, no percentiles: ${means.join(", ")}\n` : "",
    ].join("");
    // Servers that offer different figures take turns: then the first one's heads stand.
    const isNew = this.head === "" || (this.labels.length === 0 && head !== this.head) || ++this.since >= headEvery;
    if (!isNew) return "";
    this.head = head;
    this.since = 0;
    return this.paint("dim", head);
  }
}

const clockHead = "time".padEnd(timeWidth);

function number(head: string, name: string, width: number, word: string, words: (value: number) => string): Column {
  const cell = (metrics: Metrics): string => {
    const value = metrics[word];
    return typeof value === "number" ? words(value) : "";
  };
  return { head, name, width, word, cell };
}

/** What lies below the first bound is only known to be smaller, what lies above the last only to be larger. */
function latency(head: string, name: string, width: number, word: CanonicalHistogram): Column {
  const cell = (metrics: Metrics, point: LivePoint): string => {
    const value = metrics[word];
    if (!isQuantiles(value)) return "";
    const window = point.windows[word];
    // Of an engine alone the buckets are not told, only the first bound, which all share.
    const own = window && (value.p95 === window.p95 ? window : { ...value, count: value.count ?? 0, firstBound: window.firstBound });
    const stated = own ? statedQuantile(own, "p95") : null;
    if (!stated) return value.mean === null || value.count === 0 ? "none" : short(value.mean);
    return stated.relation === "=" ? short(stated.value) : `${stated.relation} ${short(stated.value)}`;
  };
  return { head, name, width, word, cell };
}

/** Minutes would not fit. */
function short(seconds: number): string {
  return seconds < 120 ? duration(seconds) : `${whole(seconds)} s`;
}

function cellOf(column: Column, metrics: Metrics, point: LivePoint): string {
  return column.cell(metrics, point);
}

/** A server without histograms may still tell a mean. */
function isMean({ word }: Column, { snapshot }: LivePoint): boolean {
  const [, histogram] = Object.entries(snapshot?.histograms ?? {}).find(([name]) => name === word) ?? [];
  return histogram !== undefined && histogram.upper.length < 2;
}

/** A rate is offered with its counter: the first look has none yet. */
function isOffered({ word }: Column, { snapshot }: LivePoint): boolean {
  if (!snapshot) return true;
  const offered: ReadonlySet<string> = new Set([
    ...Object.keys(snapshot.gauges),
    ...Object.keys(snapshot.histograms),
    ...Object.keys(snapshot.counters).map((counter) => counter.replace(/_total$/, "_per_second")),
    ...("request_success_total" in snapshot.counters ? ["requests_per_second"] : []),
  ]);
  return offered.has(word);
}

/** The reader's own time of day. */
function clock(unixSeconds: number): string {
  const at = new Date(unixSeconds * 1000);
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}
