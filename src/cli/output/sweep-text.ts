import { gib, rate, whole } from "../../catalog/quantity.ts";
import { plain } from "../../deployment/message.ts";
import { metricText, metricWords } from "../../planning/metrics.ts";
import type { Sweep, SweepAxis, SweepPoint } from "../../planning/sweep.ts";
import type { Terminal } from "../terminal.ts";
import { table } from "./table.ts";

/** A sweep for people: what it found, then a row a point, the file's own in bold. */
export function sweepText(name: string, sweep: Sweep, paint: Terminal["paint"]): string {
  const { axis, series, metrics, points, findings } = sweep;
  const severalSeries = series.length > 1;
  const head = [plain(axis.name), ...metrics.map((metric) => plain(metricWords[metric].title)), ""];
  const right = head.map((_, i) => i).slice(axis.unit === "names" ? 1 : 0, -1);
  const part = (index: number): string => {
    const rows = points.filter((point) => point.series === index).map((point) => row(sweep, point, paint));
    const title = severalSeries && rows.length > 0 ? `  ${plain(series[index] ?? axis.name)}\n` : "";
    return title + table(rows, { head, right, indent: 2 });
  };
  return [
    `${paint("bold", name)}\n`,
    ...findings.map((finding) => `  ${plain(finding)}.\n`),
    "\n",
    ...series.map((_, index) => part(index)),
  ].join("");
}

function row({ axis, metrics }: Sweep, point: SweepPoint, paint: Terminal["paint"]): readonly string[] {
  const place = point.name === "" ? axisWords(axis, point.x) : point.name;
  const values = metrics.map((metric) => {
    const value = point.values[metric];
    return value === undefined ? "" : metricText(metric, value);
  });
  return [point.isFile ? paint("bold", `${place} *`) : place, ...values, noteOf(point)];
}

function noteOf({ problem, saturated, holds }: SweepPoint): string {
  if (problem) return plain(problem);
  if (saturated) return "saturated";
  return holds === null ? "" : holds ? "within the limits" : "misses a limit";
}

export function axisWords({ unit }: SweepAxis, x: number): string {
  if (unit === "req/s") return rate(x, "req/s");
  return unit === "bytes" ? gib(x) : whole(x);
}
