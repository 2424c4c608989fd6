import { duration, rate, whole } from "../../catalog/quantity.ts";
import { statedQuantile } from "../../live/series/quantile.ts";
import type { LiveSeries } from "../../live/series/series.ts";
import type { LiveWindow } from "../../live/series/window.ts";
import type { CanonicalHistogram } from "../../live/snapshot.ts";
import { printable } from "./printable.ts";
import { table } from "./table.ts";

const latencies: readonly (readonly [name: string, word: CanonicalHistogram])[] = [
  ["TTFT", "ttft_seconds"],
  ["ITL", "itl_seconds"],
  ["TPOT", "tpot_seconds"],
  ["E2E", "e2e_seconds"],
];

/** What the whole time showed, for the end of watching; empty where nobody answered twice. */
export function watchedText(series: LiveSeries, label: string): string {
  const window = series.window(Number.POSITIVE_INFINITY);
  return window ? summary(series, window, label) : "";
}

function summary(series: LiveSeries, window: LiveWindow, label: string): string {
  const { rates, windows, growth } = window;
  const since = window.cutByRestart ? " since the last restart" : "";
  const requests = growth.counters.request_success_total;
  const parts = [
    `${duration(window.to - window.from)}${since}`,
    requests === undefined ? "" : `${whole(requests)} requests`,
    rates.request_success_total === undefined ? "" : rate(rates.request_success_total, "req/s"),
    rates.generation_tokens_total === undefined ? "" : `output ${rate(rates.generation_tokens_total, "tok/s")}`,
    count(series.points.filter(({ state }) => state === "lost").length, "look without answer", "looks without answer"),
    count(series.events.filter(({ kind }) => kind === "restart").length, "restart", "restarts"),
  ];
  const rows = latencies.flatMap(([name, word]) => {
    const measured = windows[word];
    if (!measured || measured.count === 0) return [];
    const words = (quantile: "p50" | "p95" | "p99"): string => {
      const stated = statedQuantile(measured, quantile);
      if (!stated) return "not offered";
      return stated.relation === "=" ? duration(stated.value) : `${stated.relation} ${duration(stated.value)}`;
    };
    const mean = measured.mean === null ? "not offered" : duration(measured.mean);
    return [[name, mean, words("p50"), words("p95"), words("p99")]];
  });
  const head = `${label === "" ? "" : `${printable(label)}: `}${parts.filter((part) => part !== "").join(", ")}\n`;
  return `${head}${table(rows, { head: ["", "mean", "p50", "p95", "p99"], right: [1, 2, 3, 4], indent: 2 })}`;
}

function count(number: number, one: string, many: string): string {
  return number === 0 ? "" : `${number} ${number === 1 ? one : many}`;
}
