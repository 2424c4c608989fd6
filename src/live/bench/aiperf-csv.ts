import { unitsPerSecond } from "./aiperf.ts";
import { type BenchmarkRun, noLoad, type Spread } from "./benchmark-run.ts";
import { figure, meanLength, positive, spread } from "./fields.ts";

/** CSV of AIPerf or GenAI-Perf: a metric a row, quantiles as columns; below an empty row metrics with one value. */
export function aiperfCsv(rows: readonly (readonly string[])[]): readonly BenchmarkRun[] | undefined {
  if (rows[0]?.[0] !== "Metric" || !rows[0].includes("avg")) return undefined;
  const metrics = metricsOf(rows);
  const latency = (name: string): Spread | null => {
    const metric = metrics.get(name);
    const perSecond = metric && unitsPerSecond(metric.unit);
    return perSecond === undefined ? null : spread((word) => metric?.values.get(word === "mean" ? "avg" : word), perSecond);
  };
  const value = (...names: readonly string[]): number | null => {
    const found = names.map((name) => metrics.get(name)?.values).find((values) => values !== undefined);
    return figure(found?.get("value")) ?? figure(found?.get("avg"));
  };
  const concurrency = value("effective concurrency");
  const completed = value("request count");
  return [
    {
      tool: metrics.has("benchmark duration") ? "aiperf" : "genai-perf",
      toolVersion: null,
      label: "",
      date: null,
      models: [],
      load: { ...noLoad, concurrency: concurrency === null ? null : Math.max(1, Math.round(concurrency)), requests: completed },
      completed,
      failed: null,
      durationSeconds: positive(value("benchmark duration")),
      promptTokens: meanLength(value("input sequence length")),
      outputTokens: meanLength(value("output sequence length")),
      ttftSeconds: latency("time to first token"),
      tpotSeconds: latency("inter token latency"),
      itlSeconds: latency("inter chunk latency"),
      e2eSeconds: latency("request latency"),
      requestsPerSecond: positive(value("request throughput")),
      outputTokensPerSecond: positive(value("output token throughput")),
    },
  ];
}

interface Metric {
  readonly unit: string;
  readonly values: ReadonlyMap<string, string>;
}

/** By name in small letters; the unit stands in brackets behind it. */
function metricsOf(rows: readonly (readonly string[])[]): ReadonlyMap<string, Metric> {
  const metrics = new Map<string, Metric>();
  let head: readonly string[] = [];
  for (const row of rows) {
    const [title = "", ...cells] = row;
    if (title === "Metric") head = cells.map((cell) => cell.toLowerCase());
    const match = /^([^()]+?)\s*(?:\(([^()]*)\))?$/.exec(title);
    const name = match?.[1]?.toLowerCase();
    if (!name || title === "Metric" || metrics.has(name)) continue;
    metrics.set(name, { unit: match?.[2] ?? "", values: new Map(cells.map((cell, index) => [head[index] ?? "", cell])) });
  }
  return metrics;
}
