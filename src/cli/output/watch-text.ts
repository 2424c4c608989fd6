import { duration, percent, rate, whole } from "../../catalog/quantity.ts";
import type { ComparedRow } from "../../live/compare.ts";
import type { ComparedMetric } from "../../live/compared-metrics.ts";
import type { DriftRow } from "../../live/drift.ts";
import type { Terminal } from "../terminal.ts";
import { printable } from "./printable.ts";
import { table } from "./table.ts";

const names: Readonly<Record<ComparedMetric, string>> = {
  ttft_p50: "TTFT p50",
  ttft_p95: "TTFT p95",
  itl_p50: "ITL p50",
  itl_p95: "ITL p95",
  e2e_p95: "E2E p95",
  requests_running: "running",
  requests_waiting: "waiting",
  kv_cache_usage: "KV cache in use",
  prompt_tokens_per_second: "prompt tokens",
  generation_tokens_per_second: "output tokens",
  requests_per_second: "requests",
  prefix_cache_hit_rate: "prefix hits",
};

/** What was predicted for the measured load beside what was measured, and where file and server differ. */
export function comparisonText(rows: readonly ComparedRow[], drift: readonly DriftRow[], paint: Terminal["paint"]): string {
  const compared = rows.map((row) => [
    names[row.metric],
    row.high === null ? `from ${value(row.low, row.unit)} up` : `${value(row.low, row.unit)} to ${value(row.high, row.unit)}`,
    row.measured === null
      ? "not offered"
      : `${value(row.measured, row.unit)}${row.bucket ? `, between ${value(row.bucket[0], row.unit)} and ${value(row.bucket[1], row.unit)}` : ""}`,
    row.verdict === "above" || row.verdict === "below" ? paint("yellow", row.verdict) : row.verdict,
  ]);
  const differing = drift
    .filter(({ verdict }) => verdict !== "equal")
    .map(({ setting, file, server, from, verdict, lines }) => [
      setting,
      file,
      lines ? String(lines[0] + 1) : "",
      printable(server ?? "not offered"),
      from ?? "",
      verdict === "different" ? paint("yellow", verdict) : verdict,
    ]);
  const head = "Predicted for the measured load, and measured\n";
  const settings =
    drift.length === 0
      ? ""
      : differing.length === 0
        ? "File and server agree.\n"
        : table(differing, { head: ["Setting", "file", "line", "server", "told by", ""] });
  return `${head}${table(compared, { head: ["", "predicted", "measured", ""], indent: 2 })}${settings}`;
}

function value(amount: number, unit: ComparedRow["unit"]): string {
  switch (unit) {
    case "s":
      return duration(amount);
    case "share":
      return percent(amount);
    case "requests":
      return amount < 10 ? amount.toFixed(1) : whole(amount);
    case "tok/s":
    case "req/s":
      return rate(amount, unit);
    default:
      return unit satisfies never;
  }
}
