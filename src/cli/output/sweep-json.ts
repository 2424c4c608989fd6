import { plain } from "../../deployment/message.ts";
import type { Sweep, SweepPoint } from "../../planning/sweep.ts";
import type { SweepKind } from "../../planning/sweeps.ts";

/** A sweep with its figures in base units: seconds, tokens and requests a second, bytes. */
export function sweepJson(kind: SweepKind, { axis, series, metrics, points, marks, findings }: Sweep) {
  return {
    kind,
    axis: { ...axis, name: plain(axis.name) },
    series: series.map(plain),
    metrics,
    points: points.map(pointJson),
    marks: marks.map(({ x, words }) => ({ x, words: plain(words) })),
    findings: findings.map(plain),
  };
}

function pointJson({ problem, change, ...point }: SweepPoint) {
  return { ...point, problem: problem && plain(problem), change: change && { title: plain(change.title), price: plain(change.price) } };
}

/** One line a point; empty where a figure is not to be had. */
export function sweepCsv(sweeps: readonly { readonly name: string; readonly sweep: Sweep }[]): string {
  const metrics = [...new Set(sweeps.flatMap(({ sweep }) => sweep.metrics))];
  const head = [
    "deployment",
    "series",
    "x",
    "name",
    "is_file",
    ...metrics.map((metric) => metric.replaceAll("-", "_")),
    "holds",
    "saturated",
    "problem",
  ];
  const rows = sweeps.flatMap(({ name, sweep }) =>
    sweep.points.map((point) => [
      name,
      plain(sweep.series[point.series] ?? sweep.axis.name),
      point.x,
      point.name,
      point.isFile,
      ...metrics.map((metric) => point.values[metric] ?? ""),
      point.holds ?? "",
      point.saturated,
      point.problem ? plain(point.problem) : "",
    ]),
  );
  return [head, ...rows].map((cells) => `${cells.map((cell) => quoted(String(cell))).join(",")}\n`).join("");
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
